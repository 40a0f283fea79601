import { decodeEntities } from '../../../kit/entities.ts'

/** What is inside these is no text of the page. */
const silent: ReadonlySet<string> = new Set(['script', 'style', 'noscript', 'template', 'svg', 'iframe', 'object'])
const inline: ReadonlySet<string> = new Set(
  'a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark q s samp small span strike strong sub sup time tt u var wbr'.split(
    ' ',
  ),
)

/** The words of a page, a line for each block, without empty lines. Takes time in proportion to its length, whatever it holds. */
export function htmlToText(html: string): string {
  return pieces(html)
    .join('')
    .split('\n')
    .map((line) => line.replaceAll(/[\s\u00A0]+/g, ' ').trim())
    .filter(Boolean)
    .join('\n')
}

/** The words of a short piece of HTML, on one line. */
export function inlineText(html: string): string {
  return htmlToText(html).replaceAll('\n', ' ')
}

function pieces(html: string): readonly string[] {
  const found: string[] = []
  let quoted = 0
  const say = (text: string) => {
    const words = decodeEntities(text)
    found.push(quoted > 0 ? words : words.replaceAll(/\s+/g, ' '))
  }
  for (let at = 0; at < html.length;) {
    const open = html.indexOf('<', at)
    say(html.slice(at, open === -1 ? html.length : open))
    if (open === -1) break
    const tag = tagAt(html, open)
    if (tag.name === 'pre') quoted += tag.closes ? (quoted > 0 ? -1 : 0) : 1
    if (tag.name === undefined) say(html.slice(open, tag.end))
    else if (!inline.has(tag.name)) found.push('\n')
    at = tag.end
  }
  return found
}

interface Tag {
  /** Lower case; empty for a comment, undefined when `<` is only a character. */
  readonly name: string | undefined
  readonly closes: boolean
  /** Where to read on: behind the tag, behind its whole content when that is silent. */
  readonly end: number
}

function tagAt(html: string, open: number): Tag {
  if (html.startsWith('<!--', open)) return { name: '', closes: false, end: after(html, '-->', open + 4) }
  const pattern = /<([/!?]?)([a-z][\w:-]*)?/iy
  pattern.lastIndex = open
  const [, mark = '', word] = pattern.exec(html) ?? []
  if (word === undefined && mark === '') return { name: undefined, closes: false, end: open + 1 }
  const name = word?.toLowerCase() ?? ''
  const end = after(html, '>', open)
  if (mark !== '' || !silent.has(name) || html[end - 2] === '/') return { name, closes: mark === '/', end }
  const close = new RegExp(`</${name}`, 'gi')
  close.lastIndex = end
  const closing = close.exec(html)
  return { name, closes: false, end: closing ? after(html, '>', closing.index) : html.length }
}

function after(html: string, mark: string, from: number): number {
  const found = html.indexOf(mark, from)
  return found === -1 ? html.length : found + mark.length
}

/** The value of an attribute in the text of a tag; empty when it is not there. */
export function attributeOf(tag: string, name: string): string {
  const found = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i').exec(tag)
  return decodeEntities(found?.[1] ?? found?.[2] ?? found?.[3] ?? '')
}
