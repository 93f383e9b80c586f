/** Figures in three dimensions; loaded only where one is shown. */

export { mountFigure, type Figure, type FigureOptions } from "./figure";
export { mountMannequin, type LiveMannequin } from "./mannequin";
