import { hasBrokenText } from './broken-text.ts'
import type { JsonObject } from '../../src/core/json.ts'
import type { Message } from '../../src/core/message.ts'
import { wireName } from '../../src/providers/tool-names.ts'

interface Part {
  readonly text?: string
  readonly functionCall?: { readonly name: string; readonly args: JsonObject }
  readonly functionResponse?: { readonly name: string; readonly response: JsonObject }
  readonly inlineData?: { readonly mimeType: string; readonly data: string }
}
interface Content {
  readonly role: 'user' | 'model'
  readonly parts: readonly Part[]
}

/** Messages as contents of generateContent, one by one and nothing mended: what is wrong with them stays wrong. */
export function geminiContents(messages: readonly Message[]): readonly Content[] {
  return messages.flatMap((message): readonly Content[] => {
    if (message.role === 'assistant')
      return [
        {
          role: 'model',
          parts: message.parts.flatMap((part): readonly Part[] => {
            if (part.type === 'text') return [{ text: part.text }]
            return part.type === 'tool-call'
              ? [{ functionCall: { name: wireName(part.name, 64), args: part.input } }]
              : []
          }),
        },
      ]
    if (message.role !== 'tool') return [{ role: 'user', parts: message.parts.flatMap(partsOf) }]
    const responses = message.parts.map(({ name, content }): Part => {
      const result = content.map((part) => (part.type === 'text' ? part.text : '')).join('\n')
      return { functionResponse: { name: wireName(name, 64), response: { result } } }
    })
    const media = message.parts.flatMap(({ content }) => content.filter(({ type }) => type !== 'text').flatMap(partsOf))
    return [{ role: 'user', parts: responses }, ...(media.length > 0 ? [{ role: 'user' as const, parts: media }] : [])]
  })
}

function partsOf(part: Message['parts'][number]): readonly Part[] {
  if (part.type === 'text') return [{ text: part.text }]
  if (part.type !== 'image' && part.type !== 'document' && part.type !== 'audio') return []
  const data = part.source.type === 'inline' ? part.source.base64 : 'AAAA'
  return [{ inlineData: { mimeType: part.mime, data } }]
}

const kindsOf = ({ parts }: Content) => new Set(parts.flatMap((part) => Object.keys(part)))
const media =
  /^(?:image\/(?:png|jpeg|gif|webp)|audio\/(?:wav|mp3)|application\/(?:pdf|json|xml|yaml|toml|javascript)|text\/[\w-]+)$/

/** What generateContent refuses in contents, the first refusal in words; undefined when it would take them. */
export function refusalOfGemini(contents: readonly Content[]): string | undefined {
  if (hasBrokenText(contents)) return 'broken Unicode'
  if (contents.length === 0) return 'contents is not specified'
  if (contents[0]?.role !== 'user') return 'the first content must be of the user'
  if (contents.at(-1)?.role !== 'user') return 'the last content must be of the user'
  for (const [index, content] of contents.entries()) {
    const wrong = contentRefusal(content, contents[index - 1], contents[index + 1])
    if (wrong) return `contents[${index}]: ${wrong}`
  }
  return undefined
}

function contentRefusal(content: Content, before: Content | undefined, after: Content | undefined): string | undefined {
  const kinds = kindsOf(content)
  if (content.parts.length === 0) return 'parts must not be empty'
  if (content.role === 'model' && before?.role === 'model') return 'two contents of the model in a row'
  if (kinds.has('functionResponse') && kinds.size > 1) return 'function responses stand alone'
  const calls = content.parts.flatMap((part) => part.functionCall?.name ?? [])
  const answers = (after?.parts ?? []).flatMap((part) => part.functionResponse?.name ?? [])
  if (calls.length > 0 && calls.join() !== answers.join())
    return 'the number of function response parts must equal that of the function call parts'
  const called = (before?.parts ?? []).some((part) => part.functionCall !== undefined)
  if (kinds.has('functionResponse') && !called) return 'a function response must come right after a function call'
  return content.parts.map(partRefusal).find((wrong) => wrong !== undefined)
}

function partRefusal({ text, functionCall, functionResponse, inlineData }: Part): string | undefined {
  if (text !== undefined) return text === '' ? 'a part must have one initialised field' : undefined
  const name = functionCall?.name ?? functionResponse?.name
  if (name !== undefined) return /^[\w-]{1,64}$/.test(name) ? undefined : `the name ${name}`
  if (!inlineData) return 'a part must have one initialised field'
  if (!media.test(inlineData.mimeType)) return `unsupported MIME type ${inlineData.mimeType}`
  return inlineData.data === '' ? 'inline data is empty' : undefined
}
