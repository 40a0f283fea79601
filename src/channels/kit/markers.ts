/** What a model writes between two messages when it is told to send several. */
const marker = '<|[SPLIT]|>'

/** An answer in the messages that the model asked for. Empty ones are left out. */
export const splitByMarker = (text: string): readonly string[] =>
  text
    .split(marker)
    .map((part) => part.trim())
    .filter(Boolean)
