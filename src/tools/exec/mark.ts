/** The variable that tells the children of one command from everybody else's. */
export const runMark = 'PICOCLAW_RUN'
