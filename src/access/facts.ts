import type { JsonObject } from '../core/json.ts'
import type { Effect, Tool, ToolContext } from '../core/tool.ts'
import { readsOnly } from './plain-reading.ts'
import type { ApprovalPorts } from './ports.ts'
import type { CallFacts, Reach } from './rules.ts'

/** Arguments of a command tool that do not change what the command is. */
const commandArguments: ReadonlySet<string> = new Set(['command', 'working_dir', 'timeout'])

/** What the rules go by, for one call. Throws what the tool throws when it cannot make sense of its input. */
export async function factsOf(
  input: JsonObject,
  tool: Tool,
  context: ToolContext,
  ports: Pick<ApprovalPorts, 'sandboxed' | 'isConsole' | 'isNamed'>,
): Promise<CallFacts> {
  const effects = tool.effects?.(input, context) ?? []
  const destination = tool.destination?.(input, context)
  const { name } = tool.spec
  return {
    tool: name,
    effects,
    ...(destination !== undefined && { destination }),
    reach: await reachOf(destination, context, ports),
    tainted: context.tainted,
    role: context.role,
    cause: context.cause,
    depth: context.depth,
    sandboxed: effects.includes('run') && (await ports.sandboxed(name)),
    console: context.role === 'owner' && context.cause === 'chat' && ports.isConsole(context.origin),
    loses: mayLose(effects, input),
    command: effects.includes('schedule') && (effects.includes('run') || isText(input['command'])),
  }
}

async function reachOf(
  destination: string | undefined,
  context: ToolContext,
  { isNamed }: Pick<ApprovalPorts, 'isNamed'>,
): Promise<Reach> {
  if (destination === undefined) return 'unsaid'
  if (ownPlaces(context).includes(destination)) return 'own'
  return (await isNamed(destination, context)) ? 'named' : 'new'
}

/** The turn's own chat and the memory of whoever speaks. */
function ownPlaces({ origin: { channel, chat, thread }, sender }: ToolContext): readonly string[] {
  const place = `${channel}:${chat}`
  const memory = `memory:${channel}:${sender.id}`
  // In a thread, the chat around it is somewhere else: other people read it.
  return [thread === undefined ? place : `${place}/${thread}`, memory]
}

function mayLose(effects: readonly Effect[], input: JsonObject): boolean {
  if (effects.includes('run')) {
    const { command } = input
    const known = Object.keys(input).every((key) => commandArguments.has(key))
    return !(known && typeof command === 'string' && readsOnly(command))
  }
  return effects.includes('write') && input['overwrite'] === true
}

const isText = (value: unknown) => typeof value === 'string' && value.trim() !== ''
