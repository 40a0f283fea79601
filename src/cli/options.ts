import { parseArgs, type ParseArgsConfig } from 'node:util'

/** Strict options; a word that is no option is refused unless `positionals` allows it. */
export function parse<const Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
  allowPositionals = false,
) {
  return parseArgs({ args: [...args], options, allowPositionals, strict: true })
}
