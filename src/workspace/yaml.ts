import { parse } from 'yaml'

/** The value of a YAML text. Throws what the parser says, with line and column. */
export function parseYaml(text: string): unknown {
  return parse(text, { prettyErrors: true })
}
