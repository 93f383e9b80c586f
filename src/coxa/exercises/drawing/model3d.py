"""The animation in three dimensions: a skinned body that moves through the poses, as one binary glTF file."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from pygltflib import (
    ARRAY_BUFFER,
    ELEMENT_ARRAY_BUFFER,
    FLOAT,
    GLTF2,
    LINEAR,
    MAT4,
    SCALAR,
    UNSIGNED_BYTE,
    UNSIGNED_SHORT,
    VEC3,
    VEC4,
    Accessor,
    Animation,
    AnimationChannel,
    AnimationChannelTarget,
    AnimationSampler,
    Asset,
    Attributes,
    Buffer,
    BufferView,
    Material,
    Mesh,
    Node,
    PbrMetallicRoughness,
    Primitive,
    Scene,
    Skin,
)  # fmt: skip

from coxa.body.mannequin.mesh import GARMENTS
from coxa.body.mannequin.skeleton import INDEX, PARENTS, SEGMENTS, Floats
from coxa.errors import BadInput
from coxa.exercises.drawing.doll import Doll
from coxa.exercises.drawing.panel import FILLS, PATCHES, fills_of
from coxa.exercises.drawing.picture import Picture
from coxa.exercises.drawing.props import Solid, solid
from coxa.exercises.drawing.stills import Drawn, Person
from coxa.exercises.drawing.words import describe_positions
from coxa.exercises.model import Exercise
from coxa.exercises.moving import Moving, poses
from coxa.exercises.placed import FAR_PROPS, Placed

Bytes = npt.NDArray[np.uint8]

#: Frames a second; between them a viewer turns each joint evenly.
FPS = 10.0
_COARSE = 1.6
_TYPES = {1: SCALAR, 3: VEC3, 4: VEC4, 16: MAT4}


def animate(exercise: Exercise, person: Person | None = None, *, fault: str | None = None) -> Picture:
    """The exercise as a looping animation of a skinned body, glTF 2.0 binary.

    Each segment is a node named as in `SEGMENTS`; its rotation, and the pelvis' place, follow the poses. Muscles that work are coloured.
    Props stand still, except bands and cuffs, which follow the legs.

    Parameters
    ----------
    exercise : Exercise
    person : Person, optional
    fault : str, optional
        A mistake of the exercise's `[movement]`: the movement shows it, in red where it happens.

    Raises
    ------
    BadInput
        If the exercise has no `[movement]`, or not this mistake.
    """
    drawn = Drawn(exercise, person or Person(), fault)
    movement = drawn.movement
    if fault is not None and fault not in movement.faults:
        raise BadInput(f"draw: expected a mistake of {', '.join(movement.faults) or 'no name'}, got {fault!r}")
    doll = Doll.of(drawn.person.weight, coarse=_COARSE)
    moving = poses(movement, doll.skeleton, side=drawn.person.side, fault=fault, fps=FPS)
    alt = describe_positions(drawn)
    file = _File(exercise.name, alt)
    _joints(file, doll, moving)
    red = doll.place(where, drawn.person.side) if fault and (where := movement.faults[fault].where) else None
    glow = doll.glow(movement.glow, ("left", "right") if movement.working == "both" else (drawn.person.side,)) if movement.glow else None
    _body(file, doll, glow, red)
    skin, _ = doll.points(moving.posed[0])
    for placed in (thing for thing in moving.props if thing.kind not in FAR_PROPS):
        _prop(file, doll, moving, placed, solid(placed, doll, skin, moving.posed[0].rotations))
    name = f"{exercise.id}.glb" if fault is None else f"{exercise.id}.{fault}.glb"
    return Picture(name, alt, file.written())


class _File:
    """A glTF document under construction: arrays go into one buffer."""

    def __init__(self, name: str, alt: str) -> None:
        self.gltf = GLTF2(
            asset=Asset(version="2.0", generator="coxa", extras={"title": name, "description": alt}),
            scene=0,
            scenes=[Scene(name=name, nodes=[])],
            materials=[],
        )
        self.data = bytearray()

    def array(self, values: npt.NDArray[np.generic], kind: int, *, target: int | None = None, normalised: bool = False) -> int:
        """Append an array (N,) or (N, k); its accessor's number."""
        flat = np.ascontiguousarray(values)
        width = 1 if flat.ndim == 1 else int(np.prod(flat.shape[1:]))
        self.data += b"\0" * (-len(self.data) % 4)
        self.gltf.bufferViews.append(BufferView(buffer=0, byteOffset=len(self.data), byteLength=flat.nbytes, target=target))
        self.data += flat.tobytes()
        accessor = Accessor(bufferView=len(self.gltf.bufferViews) - 1, componentType=kind, count=len(flat), type=_TYPES[width])
        if normalised:
            accessor.normalized = True
        if kind == FLOAT and width in (1, 3):
            rows = flat.reshape(len(flat), width)
            accessor.min = [float(v) for v in rows.min(axis=0)]
            accessor.max = [float(v) for v in rows.max(axis=0)]
        self.gltf.accessors.append(accessor)
        return len(self.gltf.accessors) - 1

    def node(self, node: Node, parent: int | None = None) -> int:
        """Append a node below another, or to the scene."""
        self.gltf.nodes.append(node)
        number = len(self.gltf.nodes) - 1
        if parent is None:
            self.gltf.scenes[0].nodes.append(number)
        else:
            above = self.gltf.nodes[parent]
            above.children = [*(above.children or []), number]
        return number

    def material(self, name: str, colour: tuple[float, float, float] | None = None, *, double: bool = False) -> int:
        """Append a matt material; its number."""
        base = PbrMetallicRoughness(metallicFactor=0.0, roughnessFactor=0.9, baseColorFactor=[*(colour or (1.0, 1.0, 1.0)), 1.0])
        self.gltf.materials.append(Material(name=name, pbrMetallicRoughness=base, doubleSided=double))
        return len(self.gltf.materials) - 1

    def written(self) -> bytes:
        self.gltf.buffers = [Buffer(byteLength=len(self.data))]
        self.gltf.set_binary_blob(bytes(self.data))
        return b"".join(self.gltf.save_to_bytes())


def _joints(file: _File, doll: Doll, moving: Moving) -> None:
    """A node for each segment, the first 17, with the animation that turns them, and the skin that they carry."""
    posed = moving.posed
    local = np.empty((len(posed), len(SEGMENTS), 3, 3))
    for k, name in enumerate(SEGMENTS):
        parent = PARENTS[name]
        above = np.eye(3) if parent is None else np.swapaxes(posed.rotations[:, INDEX[parent]], 1, 2)
        local[:, k] = above @ posed.rotations[:, k]
    turns = np.stack([quaternions(local[:, k]) for k in range(len(SEGMENTS))], axis=1)
    period = float(moving.time_s[-1] + (moving.time_s[1] - moving.time_s[0]))
    times = file.array(np.append(moving.time_s, period).astype(np.float32), FLOAT)
    animation = Animation(name="movement", channels=[], samplers=[])

    def follow(node: int, path: str, values: Floats) -> None:
        # A viewer shows the node's own value where nothing changes.
        if np.ptp(values, axis=0).max() < 1e-5:
            return
        looped = np.concatenate([values, values[:1] if path == "translation" or values[0] @ values[-1] >= 0 else -values[:1]])
        animation.samplers.append(AnimationSampler(input=times, output=file.array(looped.astype(np.float32), FLOAT), interpolation=LINEAR))
        target = AnimationChannelTarget(node=node, path=path)
        animation.channels.append(AnimationChannel(sampler=len(animation.samplers) - 1, target=target))

    for k, name in enumerate(SEGMENTS):
        parent = PARENTS[name]
        place = posed.origins[0, 0] if parent is None else doll.skeleton.offsets[k]
        node = Node(name=name, translation=[float(v) for v in place], rotation=[float(v) for v in turns[0, k]])
        number = file.node(node, None if parent is None else INDEX[parent])
        follow(number, "rotation", turns[:, k])
    follow(0, "translation", posed.origins[:, 0])
    file.gltf.animations = [animation]
    bind = np.tile(np.eye(4), (len(SEGMENTS), 1, 1))
    bind[:, :3, :3] = doll.body.bind_rotations
    bind[:, :3, 3] = doll.body.bind_origins
    inverse = np.swapaxes(np.linalg.inv(bind), 1, 2)  # glTF writes matrices by columns
    inverse[:, :, 3] = [0.0, 0.0, 0.0, 1.0]
    matrices = file.array(inverse.reshape(-1, 16).astype(np.float32), FLOAT)
    skin = Skin(inverseBindMatrices=matrices, joints=list(range(len(SEGMENTS))), skeleton=0)
    file.gltf.skins = [skin]


def _body(file: _File, doll: Doll, glow: Floats | None, wrong: Floats | None) -> None:
    body = doll.body
    tones = np.array([_linear(FILLS[g]) for g in GARMENTS])[body.garments]
    for depth, name in ((glow, "work"), (wrong, "wrong")):
        if depth is not None:
            share = np.clip(depth / 0.12, 0.0, 1.0)[:, None]
            tones = tones * (1 - share) + np.array(_linear(PATCHES[name][0])) * share
    material = file.material("body")
    _mesh(
        file, "body", body.bind, body.bind_normals, body.triangles, material,
        colours=tones, joints=body.segments, weights=body.weights,
    )  # fmt: skip


def _prop(file: _File, doll: Doll, moving: Moving, placed: Placed, thing: Solid) -> None:
    material = file.material(thing.kind, _linear(fills_of(thing.kind)[0]))
    if not thing.round:
        _mesh(file, thing.kind, thing.points, thing.normals, thing.triangles, material)
        return
    # What the legs carry is bound to them as it sits in the first pose.
    at = placed.at if placed.at is None or placed.at.ndim == 2 else placed.at[0]
    assert at is not None
    near = 1.0 / np.maximum(np.linalg.norm(thing.points[:, None] - at[None], axis=2), 0.01) ** 4
    share = near / near.sum(axis=1, keepdims=True)
    weights, joints = np.zeros((len(share), 4)), np.zeros((len(share), 4), dtype=np.int32)
    count = min(len(thing.round), 4)
    weights[:, :count] = share[:, :count]
    joints[:, :count] = [INDEX[s] for s in thing.round[:count]]
    origins, rotations = moving.posed.origins[0], moving.posed.rotations[0]
    turn = rotations @ np.swapaxes(doll.body.bind_rotations, 1, 2)
    shift = origins - np.einsum("kij,kj->ki", turn, doll.body.bind_origins)
    blend = np.einsum("vj,vjab->vab", weights, turn[joints])
    back = np.linalg.inv(blend)
    points = np.einsum("vab,vb->va", back, thing.points - np.einsum("vj,vja->va", weights, shift[joints]))
    normals = np.einsum("vab,vb->va", np.swapaxes(blend, 1, 2), thing.normals)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    _mesh(file, thing.kind, points, normals, thing.triangles, material, joints=joints, weights=weights)


def _mesh(
    file: _File, name: str, points: Floats, normals: Floats, triangles: npt.NDArray[np.int32], material: int, *,
    colours: Floats | None = None, joints: npt.NDArray[np.int32] | None = None, weights: Floats | None = None,
) -> None:  # fmt: skip
    if len(points) > 65535:
        raise BadInput(f"draw: expected at most 65535 points of {name}, got {len(points)}; draw it coarser")
    given = Attributes(
        POSITION=file.array(points.astype(np.float32), FLOAT, target=ARRAY_BUFFER),
        NORMAL=file.array(normals.astype(np.float32), FLOAT, target=ARRAY_BUFFER),
    )
    if colours is not None:
        rgba = np.column_stack([np.rint(255 * np.clip(colours, 0, 1)), np.full(len(colours), 255)]).astype(np.uint8)
        given.COLOR_0 = file.array(rgba, UNSIGNED_BYTE, target=ARRAY_BUFFER, normalised=True)
    if joints is not None and weights is not None:
        given.JOINTS_0 = file.array(joints.astype(np.uint8), UNSIGNED_BYTE, target=ARRAY_BUFFER)
        given.WEIGHTS_0 = file.array(_in_255ths(weights), UNSIGNED_BYTE, target=ARRAY_BUFFER, normalised=True)
    corners = file.array(triangles.reshape(-1).astype(np.uint16), UNSIGNED_SHORT, target=ELEMENT_ARRAY_BUFFER)
    file.gltf.meshes.append(Mesh(name=name, primitives=[Primitive(attributes=given, indices=corners, material=material)]))
    file.node(Node(name=name, mesh=len(file.gltf.meshes) - 1, skin=None if joints is None else 0))


def _in_255ths(weights: Floats) -> Bytes:
    """Weights (V, 4) as whole 255ths that still sum to one."""
    whole = np.floor(weights * 255)
    left = np.rint(255 - whole.sum(axis=1)).astype(int)
    order = np.argsort(-(weights * 255 - whole), axis=1)
    for k in range(weights.shape[1]):
        rows = left > k
        whole[rows, order[rows, k]] += 1
    return whole.astype(np.uint8)


def quaternions(rotations: Floats) -> Floats:
    """Rotations (T, 3, 3) as unit quaternions (T, 4), x y z w as glTF writes them, each on the near side of the one before."""
    from scipy.spatial.transform import Rotation

    q: Floats = Rotation.from_matrix(rotations).as_quat()
    flips = np.concatenate([[1.0], np.where((q[1:] * q[:-1]).sum(axis=1) < 0, -1.0, 1.0)])
    return q * np.cumprod(flips)[:, None]


def _linear(colour: str) -> tuple[float, float, float]:
    """A colour such as "#f6a02c" as glTF counts light, 0 to 1."""
    values = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    r, g, b = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return r, g, b
