import { isJsonObject, type JsonObject } from '../core/json.ts'

/** A markdown file in its two parts. */
export interface Markdown {
  /** The text between the two `---` lines at the top; undefined without them. */
  readonly matter: string | undefined
  /** Without blank lines at its start. Lines end with `\n`. */
  readonly body: string
}

/** Cuts a text into front matter and body, whatever its lines end with. */
export function splitMarkdown(text: string): Markdown {
  const plain = text.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n')
  const found = /^---[ \t]*\n(?:([^]*?)\n)?---[ \t]*(?:\n|$)/.exec(plain)
  if (!found) return { matter: undefined, body: plain }
  return { matter: found[1] ?? '', body: plain.slice(found[0].length).replace(/^(?:[ \t]*\n)+/, '') }
}

export type Matter =
  | { readonly ok: true; readonly fields: JsonObject }
  /** Why it cannot be read, in one line. */
  | { readonly ok: false; readonly why: string }

/** What front matter says, YAML or JSON. The parser is loaded for what is more than `key: words`. */
export async function readMatter(matter: string): Promise<Matter> {
  const simple = simpleFields(matter)
  if (simple) return { ok: true, fields: simple }
  const { parseYaml } = await import('./yaml.ts')
  try {
    const value: unknown = parseYaml(matter) ?? {}
    return isJsonObject(value) ? { ok: true, fields: value } : { ok: false, why: 'it is no table of keys and values' }
  } catch (error) {
    return { ok: false, why: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) }
  }
}

/** Words that YAML reads as something else than words. */
const special = /^(?:true|false|null|yes|no|on|off|y|n)$/i

/** Lines of `key: plain words` only; undefined for anything that takes a real parser. */
function simpleFields(matter: string): JsonObject | undefined {
  const fields: [string, string][] = []
  for (const line of matter.split('\n')) {
    if (line.trim() === '') continue
    const [, key, words] = /^([a-z]\w*): +([a-z](?:[^:#]|:(?! |$)|(?<! )#)*?) *$/i.exec(line) ?? []
    if (key === undefined || words === undefined || special.test(words)) return undefined
    if (fields.some(([known]) => known === key)) return undefined
    fields.push([key, words])
  }
  return Object.fromEntries(fields)
}
