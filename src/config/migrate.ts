import { asJson, isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { rulesFromBindings } from './bindings.ts'
import { check } from './check.ts'
import { presentForm, wrapBareRow } from './forms/forms.ts'
import { parseConfig } from './parse.ts'
import { rowsFromProviders } from './providers.ts'
import { plain } from './tree.ts'

/** The layout that `migratedText` writes. */
const presentVersion = 3

/**
 * A config of any version in the present layout: channels with their settings, `providers` as rows of the model list, bindings as rules.
 * References such as `${VAR}` stay references, unknown keys stay. Comments are not carried over. Undefined when there is nothing to do.
 */
export function migratedText(text: string): string | undefined {
  const source = { path: 'config.json', text: text.replace(/^\uFEFF/, '') }
  const before = plain(parseConfig(source).root)
  const { root } = parseConfig(source)
  wrapBareRow(root)
  presentForm(root)
  const written = plain(root)
  if (!isJsonObject(written)) return undefined
  const { bindings: _, providers: __, ...kept } = written
  const config = check(root, [])
  const rows = rowsFromProviders(config)
  const after: JsonObject = {
    ...kept,
    version: presentVersion,
    ...(rows.length > 0 && { model_list: [...listOf(kept['model_list']), ...listOf(asJson(rows))] }),
    ...(config.bindings.length > 0 && {
      agents: withRules(kept['agents'], rulesFromBindings(config.bindings, config.session.identity_links)),
    }),
  }
  return JSON.stringify(after) === JSON.stringify(before) ? undefined : `${JSON.stringify(after, null, 2)}\n`
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : [])
const objectOf = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {})

/** Rules that the file already has go before those of its bindings. */
function withRules(agents: Json | undefined, rules: ReturnType<typeof rulesFromBindings>): JsonObject {
  const all = objectOf(agents)
  const dispatch = objectOf(all['dispatch'])
  const own = listOf(dispatch['rules'])
  return { ...all, dispatch: { ...dispatch, rules: own.length > 0 ? own : asJson(rules) } }
}
