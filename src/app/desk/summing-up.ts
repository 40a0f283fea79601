import { compact, type Compacted, isDue } from '../../agent/compact.ts'
import { messagesTokens, promptRoom } from '../../agent/tokens.ts'
import type { LogEntry, SessionState } from '../../core/store.ts'
import { backend, choose } from './models.ts'
import { limitsOf, type TurnParts } from './turn.ts'

/** Sums conversations up between their turns, so that the next turn need not. */
export interface SummingUp {
  /** A turn of this conversation was answered. Nothing waits for what follows from that. */
  rested(session: string, agent: string): void
  /** Ends what is being written; it is written another time. */
  stop(): Promise<void>
}

/** Runs work in the lane of a session, when no turn of it runs. */
export type Between = (session: string, signal: AbortSignal, work: () => Promise<void>) => Promise<void>

/**
 * A summary is written beside the conversation, which may go on meanwhile, and is taken over between two of its turns. When somebody else
 * has summed up or cleared the conversation since, it is thrown away.
 */
export function summingUp(parts: TurnParts, between: Between): SummingUp {
  const { house, spaces } = parts
  const { clock, log } = house
  const { sessions } = house.store
  const over = new AbortController()
  const writing = new Map<string, Promise<void>>()

  async function sumUp(session: string, agent: string): Promise<void> {
    const { defaults } = house.current.loaded.config.agents
    const { summarize_message_threshold: most, summarize_token_percent: percent } = defaults
    if (most === 0 && percent === 0) return
    const state = await sessions.state(session)
    const entries = await sessions.read(session, { ...(state.after !== undefined && { after: state.after }) })
    const limits = await limitsFor(agent)
    const messages = entries.map(({ message }) => message)
    if (!isDue(messages, { messages: most, percent, window: limits.window })) return
    // Half of what the limit allows stays, so that not every turn makes a summary.
    const newest = most > 0 ? messages.slice(-Math.ceil(most / 2)) : messages
    const keepTokens = Math.min(messagesTokens(newest), Math.floor(promptRoom(limits) / 2))
    const done = await written({ session, agent, entries, state, keepTokens, window: limits.window })
    if (!done) return
    await between(session, over.signal, async () => {
      const now = await sessions.state(session)
      if (now.after === state.after) await sessions.change(session, { ...done.state })
    })
  }

  async function limitsFor(agent: string) {
    const workspace = await spaces.of(parts.agents().get(agent))
    return limitsOf(house, await workspace.read())
  }

  function written(work: {
    readonly session: string
    readonly agent: string
    readonly entries: readonly LogEntry[]
    readonly state: SessionState
    readonly keepTokens: number
    readonly window: number
  }): Promise<Compacted | undefined> {
    const { session, agent, entries, state, keepTokens, window } = work
    const asked = parts.model ?? state.model
    return compact({
      log: entries,
      state,
      keepTokens,
      window,
      provider: backend(house, asked) ?? choose(house, parts.agents().get(agent), asked).provider,
      call: { session, agent, turnId: entries.at(-1)?.turn ?? session },
      clock,
      newId: () => parts.newId(),
      signal: over.signal,
    })
  }

  return {
    rested(session, agent) {
      if (over.signal.aborted || writing.has(session)) return
      const work = sumUp(session, agent)
        .catch((error: unknown) => {
          if (!over.signal.aborted) log.warn(`A conversation was not summed up: ${String(error)}`)
        })
        .finally(() => writing.delete(session))
      writing.set(session, work)
    },
    async stop() {
      over.abort()
      await Promise.all(writing.values())
    },
  }
}
