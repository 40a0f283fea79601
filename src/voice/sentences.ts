/** Shorter pieces are spoken with their neighbour. */
const shortest = 15

/** A text in sentences, as they are spoken one after the other. A dot within a number or a name ends none. */
export function splitSentences(text: string): readonly string[] {
  const pieces = text
    .split(/(?<=[.!?…][)"'”’]*)\s+|(?<=[。！？])|\n+/u)
    .map((piece) => piece?.trim() ?? '')
    .filter(Boolean)
  const joined: string[] = []
  let held = ''
  for (const piece of pieces) {
    held = held === '' ? piece : `${held} ${piece}`
    if (held.length < shortest) continue
    joined.push(held)
    held = ''
  }
  if (held === '') return joined
  const last = joined.pop()
  return [...joined, last === undefined ? held : `${last} ${held}`]
}

/** Words as they are said: Markdown without its marks, code and addresses left out. */
export function speakable(markdown: string): string {
  return markdown
    .replaceAll(/^ {0,3}(```|~~~)[\s\S]*?(?:^ {0,3}\1.*$|(?![\s\S]))/gm, '')
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/https?:\/\/\S+/g, '')
    .replaceAll(/^ {0,3}(?:#{1,6}|>|[-*+]|\d+\.)\s+/gm, '')
    .replaceAll(/(\*\*|__|~~|`)(.+?)\1/g, '$2')
    .replaceAll(/(?<!\w)[*_](\S(?:.*?\S)?)[*_](?!\w)/g, '$1')
    .replaceAll(/[ \t]+/g, ' ')
    .trim()
}
