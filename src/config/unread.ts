import { presentAt } from './accepted.ts'
import { originText } from './faults.ts'
import { at, pathText, plain, type Path, type Table, tableAt, type Tree } from './tree.ts'
import { walk } from './walk.ts'
import type { Warning } from './warning.ts'

/** What is understood but used by nothing yet; `*` stands for any name. Take a line away when something reads it. */
const unread: readonly string[] = [
  'hooks',
  'evolution',
  'events',
  'isolation',
  'devices',
  'agents.defaults.turn_profile',
  'agents.defaults.context_manager',
  'agents.defaults.tool_feedback.separate_messages',
  'channel_list.*.settings.media_group_delay_ms',
  'channel_list.*.settings.use_markdown_v2',
  'tools.web.sogou',
  'tools.i2c',
  'tools.spi',
  'tools.serial',
]

/** One warning for each of them that the user set to something else than its default. */
export function unreadWarnings(root: Table): readonly Warning[] {
  return unread
    .flatMap((pattern) => placesOf(root, pattern.split('.')))
    .flatMap((path) => {
      const tree = at(root, ...path)
      const own = tree === undefined || isOff(tree) ? undefined : firstOwn(root, tree, path)
      if (own === undefined) return []
      return [
        {
          at: originText(own.origin, path, 'key'),
          text: `${pathText(path)} is understood, but nothing uses it yet.`,
          mend: 'Remove it, or leave it for later.',
        },
      ]
    })
}

/** The paths that a pattern stands for in this configuration. */
function placesOf(root: Table, pattern: readonly string[]): readonly Path[] {
  const any = pattern.indexOf('*')
  if (any === -1) return [pattern]
  const table = tableAt(root, ...pattern.slice(0, any))
  return [...(table?.members.keys() ?? [])].flatMap((name) => placesOf(root, pattern.with(any, name)))
}

function isOff(tree: Tree): boolean {
  const enabled = at(tree, 'enabled')
  return enabled?.kind === 'scalar' && enabled.value === false
}

/** The first value that is not its default. */
function firstOwn(root: Table, tree: Tree, path: Path): Tree | undefined {
  for (const { tree: here, known, path: place } of walk(tree, presentAt(root, path), path)) {
    if (here.kind === 'scalar' && typeof place.at(-1) === 'string' && here.value !== known.fallback) return here
    if (here.kind === 'list' && JSON.stringify(plain(here)) !== JSON.stringify(known.fallback ?? [])) return here
  }
  return undefined
}
