import type { Config } from '../../config/schema/config.ts'
import type { JsonObject } from '../../core/json.ts'
import type { TurnEvent } from '../../agent/ports.ts'
import { formatToolFeedback } from '../../agent/tool-feedback.ts'
import type { TurnQuestion, TurnWatcher } from '../../dispatch/ports.ts'

export interface EventOptions {
  /** A message of its own for each tool call. */
  readonly feedback: { readonly enabled: boolean; readonly longest: number }
  /** Told that a tool is done. */
  toolEnded?(): void
  /** Told each piece of reasoning once it is whole. */
  thought?(text: string): void
}

/** Shows people what happens in a turn; collects the files that tools were told to write. */
export function showing(watcher: TurnWatcher, options: EventOptions) {
  const changed = new Set<string>()
  let thinking = ''
  /** Words were shown since the last tool. */
  let spoke = false
  let gap = false
  const show = (event: TurnEvent): void => {
    switch (event.type) {
      case 'text-delta':
        watcher.text(gap ? `\n\n${event.text}` : event.text)
        gap = false
        spoke = true
        break
      case 'thinking-delta':
        thinking += event.text
        break
      case 'thinking-end':
        if (thinking.trim() !== '') options.thought?.(thinking)
        thinking = ''
        break
      case 'restart':
        spoke = gap = false
        watcher.restart(event.why)
        break
      case 'steered':
        if (event.said === undefined) break
        // A whole answer stands before what arrived: the road has sent it, and the next one begins below it.
        watcher.restart('')
        spoke = gap = false
        break
      case 'tool-start':
        gap = spoke
        for (const path of writes(event.name, event.input)) changed.add(path)
        watcher.activity(activity(event.name, event.input))
        if (options.feedback.enabled) watcher.notice(feedback(event.name, event.input, options.feedback.longest))
        break
      case 'tool-end':
        options.toolEnded?.()
        break
      case 'notice':
        watcher.notice(event.text)
        break
      default:
    }
  }
  return { show, changed: (): readonly string[] => [...changed] }
}

/** Where a channel wants it, something stands in the chat from the beginning on, which the answer then replaces. */
export function showPlaceholder(
  { cause, message }: Pick<TurnQuestion, 'cause' | 'message'>,
  channels: Config['channel_list'],
  watcher: Pick<TurnWatcher, 'activity'>,
): void {
  const { enabled, text } = channels[message.at.channel]?.placeholder ?? { enabled: false, text: [] }
  const chosen = text[Math.floor(Math.random() * text.length)]
  if (enabled && cause === 'chat' && chosen) watcher.activity(chosen)
}

const writers: ReadonlySet<string> = new Set(['write_file', 'edit_file', 'append_file'])

function writes(name: string, { path }: JsonObject): readonly string[] {
  return writers.has(name) && typeof path === 'string' ? [path] : []
}

/** The argument that tells most about a call. */
const telling = ['path', 'command', 'query', 'url', 'task', 'text', 'name'] as const

function activity(name: string, input: JsonObject): string {
  const [argument = ''] = telling.flatMap((key) => (typeof input[key] === 'string' ? [input[key]] : []))
  const value = argument.replaceAll(/\s+/g, ' ').trim()
  return `🔧 ${name}${value === '' ? '' : ` ${value.length > 80 ? `${value.slice(0, 79).toWellFormed()}…` : value}`}`
}

const feedback = (tool: string, input: JsonObject, longest: number) =>
  formatToolFeedback({ tool, args: JSON.stringify(input, null, 2), longest })
