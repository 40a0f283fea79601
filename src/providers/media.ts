import type { AudioPart, DocumentPart, ImagePart, MediaSource } from '../core/message.ts'
import type { Endpoint } from './endpoint.ts'

/** Media as it can go over the wire: an address, or base64 with its type. */
export type WireMedia =
  | { readonly type: 'url'; readonly url: string }
  | { readonly type: 'base64'; readonly mime: string; readonly data: string }

/** Fetches a stored blob; a `data:` address counts as inline. */
export async function wireMedia(
  endpoint: Pick<Endpoint, 'blob'>,
  { mime, source }: ImagePart | AudioPart | DocumentPart,
): Promise<WireMedia> {
  switch (source.type) {
    case 'blob':
      return { type: 'base64', mime, data: Buffer.from(await endpoint.blob(source.id)).toString('base64') }
    case 'inline':
      return { type: 'base64', mime, data: source.base64 }
    case 'url':
      return parseDataUrl(source.url) ?? { type: 'url', url: source.url }
  }
}

/** `data:image/png;base64,AAAA` in its parts; undefined for anything else. */
export function parseDataUrl(url: string): Extract<WireMedia, { type: 'base64' }> | undefined {
  const comma = url.indexOf(',')
  const head = comma < 0 ? '' : url.slice(0, comma)
  const mime = /^data:([\w.+/-]+)(?:;[\w=.+-]+)*;base64$/i.exec(head)?.[1]
  return mime === undefined ? undefined : { type: 'base64', mime: mime.toLowerCase(), data: url.slice(comma + 1) }
}

export const dataUrl = ({ mime, data }: { readonly mime: string; readonly data: string }): string =>
  `data:${mime};base64,${data}`

const audioFormats: Readonly<Record<string, string>> = {
  mpeg: 'mp3',
  'x-mp3': 'mp3',
  'x-wav': 'wav',
  wave: 'wav',
  'vnd.wave': 'wav',
  'x-m4a': 'm4a',
  mp4: 'm4a',
}

/** `audio/mpeg` → `mp3`: the format names that chat vendors use. */
export function audioFormat(mime: string): string {
  const subtype =
    mime
      .toLowerCase()
      .replace(/^audio\//, '')
      .split(';')[0] ?? ''
  return audioFormats[subtype] ?? subtype
}

/** The text of a text document; undefined when it is no text or lies elsewhere. */
export function documentText(mime: string, media: WireMedia): string | undefined {
  const isText = /^text\/|^application\/(?:json|xml|yaml|x-yaml|toml|javascript)\b/i.test(mime)
  return isText && media.type === 'base64' ? Buffer.from(media.data, 'base64').toString('utf8') : undefined
}

/** What a model is told in place of media that this wire format cannot carry. */
export function placeholder(
  what: string,
  part: { readonly mime: string; readonly name?: string; readonly source: MediaSource },
): string {
  const named = part.name === undefined ? '' : ` "${part.name}"`
  const where = part.source.type === 'url' && !part.source.url.startsWith('data:') ? ` at ${part.source.url}` : ''
  return `[${what}${named} (${part.mime})${where} could not be passed on]`
}
