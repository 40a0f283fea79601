/** A reading of Telegram's HTML as strict as its description: it refuses what the service refuses, and what it would silently mend. */
export interface FormattedText {
  readonly text: string
  readonly entities: readonly Entity[]
}
export interface Entity {
  readonly type: string
  readonly offset: number
  readonly length: number
  readonly url?: string
  readonly language?: string
}
export class EntityError extends Error {}

const types: Readonly<Record<string, string>> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  'tg-spoiler': 'spoiler',
  a: 'text_link',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
}
/** Attributes that a tag must have, or may have with a question mark. */
const attributes: Readonly<Record<string, string>> = { a: 'href', code: 'class?', blockquote: 'expandable?' }
const references: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"' }

interface Open {
  readonly tag: string
  readonly offset: number
  readonly value: string | undefined
}

export function parseTelegramHtml(html: string): FormattedText {
  const open: Open[] = []
  const entities: Entity[] = []
  let text = ''
  let at = 0
  for (const { 0: token, index } of html.matchAll(/<[^<>]*>|&(?:[a-z]+|#\d+);|[^<>&]+|[<>&]/g)) {
    at = index
    if (token.startsWith('</')) entities.push(closing(token, open, text.length, at))
    else if (token.startsWith('<') && token.length > 1) open.push(opening(token, open, text.length, at))
    else text += words(token, at)
  }
  const last = open.at(-1)
  if (last) throw new EntityError(`Can't find end tag corresponding to start tag "${last.tag}"`)
  return { text, entities: entities.filter(({ length }) => length > 0) }
}

function words(token: string, at: number): string {
  if (token === '<' || token === '>' || token === '&')
    throw new EntityError(`Unescaped "${token}" at byte offset ${at}`)
  if (!token.startsWith('&')) return token
  const known = references[token]
  if (known !== undefined) return known
  const code = /^&#(\d+);$/.exec(token)?.[1]
  if (code === undefined) throw new EntityError(`Unsupported reference "${token}" at byte offset ${at}`)
  return String.fromCodePoint(Number(code))
}

function opening(token: string, open: readonly Open[], offset: number, at: number): Open {
  const [, tag = '', rest = ''] = /^<([a-z-]+)((?: [^>]*)?)>$/.exec(token) ?? []
  if (!Object.hasOwn(types, tag)) throw new EntityError(`Unsupported start tag "${token}" at byte offset ${at}`)
  const parents = open.map(({ tag }) => tag)
  const refuse = (why: string) => new EntityError(`${why} at byte offset ${at}`)
  if (parents.includes('code')) throw refuse(`Tag "${tag}" inside code`)
  if (parents.includes('pre') && !(tag === 'code' && parents.at(-1) === 'pre'))
    throw refuse(`Tag "${tag}" inside preformatted text`)
  if ((tag === 'code' || tag === 'pre') && parents.some((parent) => parent !== 'blockquote' && parent !== 'pre'))
    throw refuse(`Code inside "${parents.at(-1)}"`)
  if ((tag === 'a' || tag === 'blockquote') && parents.includes(tag)) throw refuse(`Tag "${tag}" inside itself`)
  if (tag === 'blockquote' && parents.length > 0) throw refuse(`A quote inside "${parents.at(-1)}"`)
  return { tag, offset, value: attribute(tag, rest, refuse) }
}

function attribute(tag: string, rest: string, refuse: (why: string) => EntityError): string | undefined {
  const wanted = attributes[tag]
  if (rest === '') {
    if (wanted !== undefined && !wanted.endsWith('?')) throw refuse(`Tag "${tag}" without ${wanted}`)
    return undefined
  }
  const [, name = '', value = ''] = /^ ([a-z]+)="([^"<>]*)"$/.exec(rest) ?? []
  if (wanted?.replace('?', '') !== name) throw refuse(`Tag "${tag}" with ${rest.trim()}`)
  const plain = value.replaceAll(/&[^;]*;?/g, (reference) => words(reference, 0))
  if (name === 'href' && !/^[a-z]+:\S+$/i.test(plain)) throw refuse(`"${plain}" is no address`)
  if (name === 'class' && !/^language-\S+$/.test(plain)) throw refuse(`Class "${plain}"`)
  return plain
}

function closing(token: string, open: Open[], end: number, at: number): Entity {
  const last = open.pop()
  if (!last || token !== `</${last.tag}>`)
    throw new EntityError(
      last
        ? `Unmatched end tag at byte offset ${at}, expected "</${last.tag}>", found "${token}"`
        : `Unexpected end tag at byte offset ${at}`,
    )
  return {
    type: types[last.tag] ?? '',
    offset: last.offset,
    length: end - last.offset,
    ...(last.tag === 'a' && last.value !== undefined && { url: last.value }),
    ...(last.tag === 'code' && last.value !== undefined && { language: last.value.replace('language-', '') }),
  }
}
