import type { Message, Part, TextPart } from '../core/message.ts'
import type { Call, Provider } from '../core/provider.ts'

/** Bytes of a stored blob; undefined when it is gone. */
export type FindBlob = (id: string) => Promise<Uint8Array | undefined>

/**
 * The same provider for conversations of which a picture or file is no longer stored: a note stands in its place. It would end every later
 * turn otherwise. A call with `native` stays as it is, for a client's own request knows nothing of our blobs.
 */
export function withoutGoneMedia(provider: Provider, find: FindBlob): Provider {
  return {
    ...provider,
    async open(call, signal) {
      return provider.open(call.native ? call : await noted(call, find), signal)
    },
  }
}

async function noted(call: Call, find: FindBlob): Promise<Call> {
  const request = call.request()
  const ids = new Set(request.messages.flatMap(({ parts }) => parts.flatMap(blobsOf)))
  const found = await Promise.all([...ids].map(async (id) => ((await find(id)) ? [] : [id])))
  const gone = new Set(found.flat())
  if (gone.size === 0) return { ...call, request: () => request }
  const messages = request.messages.map(
    (message) => ({ ...message, parts: message.parts.map(noteIn(gone)) }) as Message,
  )
  return { ...call, request: () => ({ ...request, messages }) }
}

function blobsOf(part: Part): readonly string[] {
  if (part.type === 'tool-result') return part.content.flatMap(blobsOf)
  return 'source' in part && part.source.type === 'blob' ? [part.source.id] : []
}

const noteIn =
  (gone: ReadonlySet<string>) =>
  (part: Part): Part => {
    if (part.type === 'tool-result')
      return {
        ...part,
        content: part.content.map((piece) => (blobsOf(piece).some((id) => gone.has(id)) ? note(piece) : piece)),
      }
    return blobsOf(part).some((id) => gone.has(id)) ? note(part) : part
  }

const names: Readonly<Record<string, string>> = { image: 'picture', audio: 'sound', document: 'file' }

function note(part: { readonly type: string; readonly mime?: string; readonly name?: string }): TextPart {
  const named = part.name === undefined ? '' : ` "${part.name}"`
  return {
    type: 'text',
    text: `[A ${names[part.type] ?? 'file'}${named} (${part.mime ?? 'unknown'}) was here; it is no longer stored]`,
  }
}
