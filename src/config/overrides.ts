import { present } from './accepted.ts'
import { set, type Environment } from './environment.ts'
import { choose, forgiven, fromText, listFromText, wrongType } from './fit.ts'
import { settle, type Known } from './known.ts'
import { channelKinds } from './schema/channels.ts'
import type { Warning } from './warning.ts'
import { child, ensureTable, list, scalar, tableAt, type Origin, type Table, type Tree } from './tree.ts'

export interface Override {
  /** The variables that set it, the strongest first. */
  readonly names: readonly string[]
  readonly path: readonly string[]
  readonly known: Known
}

/** Names of the original beside `PICOCLAW_` and the path: start of the path → start of the variable. */
const irregular: readonly (readonly [path: string, variable: string])[] = [
  ['gateway.log_level', 'PICOCLAW_LOG_LEVEL'],
  ['tools.media_cleanup.enabled', 'PICOCLAW_MEDIA_CLEANUP_ENABLED'],
  ['tools.media_cleanup.max_age_minutes', 'PICOCLAW_MEDIA_CLEANUP_MAX_AGE'],
  ['tools.media_cleanup.interval_minutes', 'PICOCLAW_MEDIA_CLEANUP_INTERVAL'],
  ['tools.mcp.discovery.max_search_results', 'PICOCLAW_MAX_SEARCH_RESULTS'],
  ['tools.mcp.discovery', 'PICOCLAW_TOOLS_DISCOVERY'],
  ['tools.skills.search_cache', 'PICOCLAW_SKILLS_SEARCH_CACHE'],
  ['tools.skills.registries', 'PICOCLAW_SKILLS_REGISTRIES'],
  ['tools.web.glm_search', 'PICOCLAW_TOOLS_WEB_GLM'],
  ['tools.web.baidu_search', 'PICOCLAW_TOOLS_WEB_BAIDU'],
  ['gateway.static_token', 'PROXY_STATIC_TOKEN'],
  ['gateway.tokens', 'CLAUDE_OAUTH_TOKENS'],
  ['gateway.token_mode', 'CLAUDE_TOKEN_MODE'],
  ['gateway.keys.admin.key', 'LITELLM_MASTER_KEY'],
]

/** Sections that no variable can say, or where it would mean nothing. */
const without = new Set(['model_list', 'hooks', 'version', 'build_info', 'providers'])

/** Names that a variable may bring into a table. */
const namesOf: Readonly<Record<string, readonly string[]>> = {
  channel_list: Object.keys(channelKinds),
  'tools.skills.registries': ['clawhub', 'github'],
  'gateway.keys': ['admin'],
}

/** Every key that a variable can set in this config. */
function* overrides(root: Table): Generator<Override> {
  for (const [key, known] of Object.entries(present.keys)) {
    if (!without.has(key)) yield* leaves(known, root.members.get(key), [key])
  }
}

function* leaves(known: Known, tree: Tree | undefined, path: readonly string[]): Generator<Override> {
  const here = settle(known, tree, path.at(-1) ?? '')
  if (here.kind === 'object') {
    for (const [key, next] of Object.entries(here.keys)) yield* leaves(next, child(tree, key), [...path, key])
  } else if (here.kind === 'table') {
    const more = namesOf[path.join('.')]
    if (more === undefined) return
    const given = tree?.kind === 'table' ? [...tree.members.keys()] : []
    for (const name of new Set([...given, ...more])) yield* leaves(here.each, child(tree, name), [...path, name])
  } else if (here.kind !== 'free' && (here.kind !== 'list' || here.each.kind === 'text')) {
    yield { names: variablesFor(path), path, known: here }
  }
}

/** The variables that set a key, the strongest first. */
export function variablesFor(path: readonly string[]): readonly string[] {
  const dotted = path.join('.')
  const old = irregular
    .filter(([start]) => dotted === start || dotted.startsWith(`${start}.`))
    .map(([start, variable]) => `${variable}${upper(dotted.slice(start.length))}`)
  const isChannel = path[0] === 'channel_list'
  const regular = isChannel ? ['channels', path[1] ?? '', ...path.slice(path[2] === 'settings' ? 3 : 2)] : path
  return [...old, `PICOCLAW_${upper(regular.join('.'))}`]
}

const upper = (text: string) => text.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')

/** Puts what the environment says over the tree. An empty variable says nothing. `fromFile` are the variables that `.env` brought. */
export function override(
  root: Table,
  environment: Environment,
  envFile: string,
  fromFile: ReadonlySet<string>,
): readonly Warning[] {
  const warnings: Warning[] = []
  for (const { names, path, known } of overrides(root)) {
    const name = names.find((candidate) => set(environment.vars[candidate]) !== undefined)
    if (name === undefined) continue
    const text = (environment.vars[name] ?? '').trim()
    const origin: Origin = { kind: 'environment', name, ...(fromFile.has(name) ? { file: envFile } : {}) }
    const value = read(text, known, origin)
    if (value !== undefined) assign(root, path, value)
    else if (known.forgiving === true) warnings.push(forgiven(scalar(text, origin), known, path))
    else throw wrongType(scalar(text, origin), known, path)
  }
  return warnings
}

function assign(root: Table, path: readonly string[], value: Tree): void {
  const [first, second = '', third = ''] = path
  ensureTable(root, ...path.slice(0, -1))?.members.set(path.at(-1) ?? '', value)
  if (first === 'channel_list') complete(tableAt(root, first, second), 'type', second)
  if (first === 'gateway' && third === 'admin') complete(tableAt(root, first, second, third), 'admin', true)
}

function complete(table: Table | undefined, key: string, value: string | boolean): void {
  if (table !== undefined && !table.members.has(key)) table.members.set(key, scalar(value))
}

function read(text: string, known: Known, origin: Origin): Tree | undefined {
  if (known.kind === 'list')
    return list(
      listFromText(text).map((part) => scalar(part, origin)),
      origin,
    )
  if (known.kind === 'text') {
    if (known.choices === undefined) return scalar(text, origin)
    const chosen = choose(known, text)
    return chosen === undefined ? undefined : scalar(chosen, origin)
  }
  const wanted = known.kind === 'flag' ? 'boolean' : 'number'
  const value = fromText(text, wanted)
  return typeof value === wanted ? scalar(value, origin) : undefined
}
