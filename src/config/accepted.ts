import { channelKinds, type ChannelKind } from './schema/channels.ts'
import { configSchema } from './schema/config.ts'
import { below, describe, settle, type Known, type KnownObject, type SettledKnown } from './known.ts'
import { child, textAt, type Path, type Tree } from './tree.ts'

function withChannels(root: KnownObject): KnownObject {
  const channelList: Known = {
    kind: 'table',
    meaning: 'The chat channels, by name.',
    fallback: {},
    each: { kind: 'depends', on: channelKnown },
  }
  return { ...root, keys: { ...root.keys, channel_list: channelList } }
}

export function isChannelKind(name: string | undefined): name is ChannelKind {
  return name !== undefined && Object.hasOwn(channelKinds, name)
}

/** The kind of a channel: its `type`, else its name. */
export function channelKind(tree: Tree | undefined, name: string): string {
  return textAt(tree, 'type') ?? name
}

const settingsOf = (known: KnownObject) => asObject(known.keys['settings'])
const kinds = new Map<string, KnownObject>(
  Object.entries(channelKinds).map(([name, schema]) => [name, asObject(describe(schema))]),
)

/** One channel in either layout: its own settings under `settings`, or flat beside the others. */
function channelKnown(tree: Tree | undefined, name: string): Known {
  const known = kinds.get(channelKind(tree, name))
  if (known === undefined) return { kind: 'object', keys: {}, open: true }
  const flat = tree?.kind === 'table' && tree.members.get('settings')?.kind !== 'table'
  return flat ? withKeys(known, { ...settingsOf(known).keys, ...oldTriggers }) : withKeys(known, oldTriggers)
}

const text = (meaning: string): Known => ({ kind: 'text', meaning })
const texts = (meaning: string): Known => ({ kind: 'list', each: { kind: 'text' }, loose: true, meaning })
const object = (meaning: string, keys: KnownObject['keys']): KnownObject => ({
  kind: 'object',
  keys,
  open: false,
  meaning,
})

const oldTriggers: KnownObject['keys'] = {
  mention_only: { kind: 'flag', meaning: 'Old place of group_trigger.mention_only.' },
  group_trigger_prefix: texts('Old place of group_trigger.prefixes.'),
}

/** A short form beside the object. */
function either(short: Known, long: Known): Known {
  return {
    ...common(long),
    kind: 'depends',
    on: (tree) => (tree === undefined || tree.kind === 'table' ? long : short),
  }
}

const common = ({ meaning, fallback }: Known) => ({
  ...(meaning === undefined ? {} : { meaning }),
  ...(fallback === undefined ? {} : { fallback }),
})

/** Changes what is known at one path. A list or table on the way is stepped into with `*`. */
function edit(known: Known, path: readonly string[], change: (known: Known | undefined) => Known): Known {
  const [key, ...rest] = path
  if (key === undefined) return change(known)
  if (key === '*' && (known.kind === 'list' || known.kind === 'table')) {
    return { ...known, each: edit(known.each, rest, change) }
  }
  const here = asObject(known)
  const next = here.keys[key]
  const changed = rest.length === 0 ? change(next) : edit(next ?? object('', {}), rest, change)
  return { ...here, keys: { ...here.keys, [key]: changed } }
}

const agentModel = (known: Known | undefined) => either(text('The model to ask.'), known ?? object('', {}))

function withOldForms(root: KnownObject): KnownObject {
  const keyed = ['brave', 'tavily', 'kagi', 'perplexity'].map(
    (engine) => [`tools.web.${engine}.api_key`, () => secret('The key.')] as const,
  )
  const number: Known = { kind: 'number', whole: false, meaning: 'Dollars a day.' }
  const changes: readonly (readonly [string, (known: Known | undefined) => Known])[] = [
    ['$schema', () => text('Where an editor finds the schema.')],
    [
      'channels',
      () => ({ kind: 'table', meaning: 'Old name of channel_list.', each: { kind: 'depends', on: channelKnown } }),
    ],
    [
      'agents.defaults.model',
      () =>
        agentModel(
          object('The model to ask and what to ask when it fails.', {
            primary: text('The model to ask first.'),
            fallbacks: texts('Models to ask when it fails, in order.'),
          }),
        ),
    ],
    ['agents.list.*.model', agentModel],
    ['agents.list.*.subagents.model', agentModel],
    ...keyed,
    ['tools.skills.registries', (known) => registries(known ?? { kind: 'free' })],
    ['budget.per_agent.*', (known) => either(number, known ?? { kind: 'free' })],
    ['budget.per_cause.*', (known) => either(number, known ?? { kind: 'free' })],
    ['gateway.keys.*', (known) => either(secret('The key.'), known ?? { kind: 'free' })],
    ['sandbox.expose.*', (known) => either(text('The folder.'), known ?? { kind: 'free' })],
  ]
  return asObject(changes.reduce<Known>((known, [path, change]) => edit(known, path.split('.'), change), root))
}

function secret(meaning: string): Known {
  return { kind: 'text', meaning, hides: 'secret' }
}

/** By name, or the older list of `{name, …}`. */
function registries(known: Known): Known {
  if (known.kind !== 'table') return known
  const listed: Known = {
    ...common(known),
    kind: 'list',
    each: withKeys(asObject(known.each), { name: text('Its name.') }),
  }
  return { ...common(known), kind: 'depends', on: (tree) => (tree?.kind === 'list' ? listed : known) }
}

function withKeys(known: KnownObject, keys: KnownObject['keys']): KnownObject {
  return { ...known, keys: { ...known.keys, ...keys } }
}

function asObject(known: Known | undefined): KnownObject {
  if (known?.kind !== 'object') throw new TypeError(`the schema has no object here: ${known?.kind}`)
  return known
}

/** The present form: what the config is brought into. */
export const present: KnownObject = withChannels(asObject(describe(configSchema)))

/** Everything a file may say: the present form and every older spelling of it. */
export const accepted: KnownObject = withOldForms(present)

/** What the present form knows about a path of a tree. */
export function presentAt(root: Tree, path: Path): SettledKnown {
  let known: Known = present
  let tree: Tree | undefined = root
  let name = ''
  for (const key of path) {
    known = below(known, tree, key, name) ?? { kind: 'free' }
    tree = child(tree, key)
    name = String(key)
  }
  return settle(known, tree, name)
}
