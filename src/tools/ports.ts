import type { Attachment } from '../core/channel.ts'
import type { ChatRef } from '../core/place.ts'
import type { SearchHit } from '../core/store.ts'
import type { ToolContext } from '../core/tool.ts'
import type { FoundSkill } from './skills/ports.ts'

/** What tools need from other rooms. Each is handed over by app/; a tool whose port is absent is not offered. */

export interface OutgoingMessage {
  readonly to: ChatRef
  /** Markdown; may be empty when there are attachments. */
  readonly text: string
  readonly attachments: readonly Attachment[]
  readonly replyTo?: string
}
export interface Outbox {
  /** Resolves when the message is stored for sending. A Problem when there is no such channel or it may not be sent. */
  send(message: OutgoingMessage, context: ToolContext): Promise<void>
}

export interface BlobKeeper {
  /** Resolves to the blob's id. */
  put(bytes: Uint8Array, mime: string): Promise<string>
}

/** When a job runs: once, again and again, or by a cron expression. Times are epoch milliseconds; `tz` is an IANA name. */
export type Timing =
  | { readonly kind: 'at'; readonly atMs: number; readonly tz?: string }
  | { readonly kind: 'every'; readonly everyMs: number; readonly tz?: string }
  | { readonly kind: 'cron'; readonly expr: string; readonly tz?: string }
export interface NewJob {
  readonly name: string
  /** What the agent is told when the job is due. */
  readonly message: string
  /** A command that is run instead of asking the agent. */
  readonly command?: string
  readonly timing: Timing
  readonly to: ChatRef
}
export interface PlannedJob extends NewJob {
  readonly id: string
  readonly enabled: boolean
  readonly nextAt?: number
}
/** Jobs of the person of the turn: those of others are neither shown nor changed, unless that person may. */
export interface Schedule {
  /** The job keeps the rights of whoever the turn works for. A Problem when the timing cannot be kept. */
  add(job: NewJob, context: ToolContext): Promise<PlannedJob>
  list(context: ToolContext): Promise<readonly PlannedJob[]>
  /** Undefined, here and below: there is no such job. */
  change(
    id: string,
    change: Partial<Pick<PlannedJob, 'name' | 'message' | 'command' | 'timing' | 'enabled'>>,
    context: ToolContext,
  ): Promise<PlannedJob | undefined>
  remove(id: string, context: ToolContext): Promise<boolean>
}

export interface SubAgentTask {
  readonly task: string
  readonly label?: string
  /** Another configured agent; absent: the same one. */
  readonly agent?: string
}
export interface SubAgentState {
  readonly id: string
  readonly label?: string
  readonly agent: string
  readonly task: string
  readonly state: 'running' | 'done' | 'failed' | 'stopped'
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly result?: string
}
export interface SubAgents {
  /** Starts one that outlives the turn; its answer comes to the chat later. Resolves to its id. A Problem when it may not be started. */
  spawn(task: SubAgentTask, context: ToolContext): Promise<string>
  /** Works on a task and resolves to the answer. `outside`: where its words came from, when from outside. */
  ask(task: SubAgentTask, context: ToolContext): Promise<{ readonly text: string; readonly outside?: string }>
  /** Those of this chat, oldest first. */
  status(context: ToolContext): Promise<readonly SubAgentState[]>
}

export interface Memory {
  /** Keeps a fact for good, or in the notes of the day. False when it is there already. */
  remember(fact: { readonly text: string; readonly where: 'memory' | 'today' }, context: ToolContext): Promise<boolean>
}

export interface Recall {
  /**
   * Full text over the conversations that the person of the turn may see, best match first. `outside` tells whose words a hit has, also
   * when somebody else who talks here said them.
   */
  search(query: string, limit: number, context: ToolContext): Promise<readonly SearchHit[]>
}

export interface SkillFinder {
  /** Best first. A Problem when no place could be asked. */
  find(query: string, limit: number, signal: AbortSignal): Promise<readonly FoundSkill[]>
}
