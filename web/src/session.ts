/** The live session's page. */

export {};
