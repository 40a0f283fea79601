import type { Clock } from '../core/clock.ts'
import { Failure } from '../core/failure.ts'
import { Problem } from '../core/problem.ts'
import type { ToolContext } from '../core/tool.ts'
import { deadline } from './deadline.ts'
import { withinReach } from './reach.ts'

/** Limits of sub-agents. */
export interface SubagentLimits {
  /** Sub-agents of sub-agents: a turn of a person has depth 0. */
  readonly depth: number
  /** At a time, for one session. */
  readonly concurrent: number
  readonly timeoutMs: number
  /** How long to wait for a free place. */
  readonly waitMs: number
}

/** The limits of a configuration; 0 is the built-in limit. */
export function subagentLimits(config: {
  readonly max_depth: number
  readonly max_concurrent: number
  readonly default_timeout_minutes: number
  readonly concurrency_timeout_sec: number
}): SubagentLimits {
  return {
    depth: config.max_depth || 3,
    concurrent: config.max_concurrent || 5,
    timeoutMs: (config.default_timeout_minutes || 5) * 60_000,
    waitMs: (config.concurrency_timeout_sec || 30) * 1_000,
  }
}

/** A piece of work for a sub-agent. */
export interface SubagentTask {
  /** Who does it. */
  readonly agent: string
  readonly task: string
  /** What people read in a list. */
  readonly label?: string
  /** The turn that asks. */
  readonly parent: Pick<
    ToolContext,
    'session' | 'turn' | 'agent' | 'cause' | 'origin' | 'sender' | 'role' | 'tainted' | 'depth' | 'bill'
  >
}

/** What app/ runs: a turn of its own, with a session of its own. */
export interface SubagentWork extends SubagentTask {
  readonly id: string
  /** The session of the sub-agent. */
  readonly session: string
  readonly depth: number
  readonly signal: AbortSignal
}

export interface SubagentOutcome {
  readonly text: string
  readonly isError: boolean
  /** True when text from outside has entered the work. */
  readonly tainted: boolean
}

export interface SubagentInfo {
  readonly id: string
  readonly agent: string
  readonly label: string
  /** The sessions it works for: the one that asked, the one that had asked that one, and so on up to the conversation. */
  readonly worksFor: readonly string[]
  /** The conversation at the end of them: what was found is told there. */
  readonly root: string
  readonly session: string
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'stopped'
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly endedAt?: number
  /** Why it failed. */
  readonly why?: string
}

export interface Subagents {
  /** Does a piece of work and waits for its result. A Problem when the limits forbid it. `signal` ends it. */
  ask(task: SubagentTask, signal: AbortSignal): Promise<SubagentOutcome>
  /** Starts a piece of work that outlives the turn; `deliver` gets its result, once. A Problem when the limits forbid it. */
  spawn(task: SubagentTask, deliver: (info: SubagentInfo, outcome: SubagentOutcome) => Promise<void>): SubagentInfo
  /** Newest first; those that work for a session, or all. What ended is remembered for a while. */
  list(session?: string): readonly SubagentInfo[]
  /** Ends those that work for a session, or all, whoever stands between them. Returns those it ended, newest first. */
  stop(session?: string): readonly SubagentInfo[]
  /** Resolves when nothing runs any more. */
  idle(): Promise<void>
}

export interface SubagentsOptions {
  /** Runs one. May throw. */
  run(work: SubagentWork): Promise<Omit<SubagentOutcome, 'isError'> & { readonly isError?: boolean }>
  readonly clock: Clock
  readonly limits: SubagentLimits
  newId(): string
}

/** Those that ended and are still listed. */
const mostRemembered = 100

interface Running {
  info: SubagentInfo
  readonly abort: AbortController
  readonly done: Promise<unknown>
}

/** Work that agents hand to others, within limits. */
export function subagents({ run, clock, limits, newId }: SubagentsOptions): Subagents {
  const running = new Map<string, Running>()
  const ended: SubagentInfo[] = []
  const places = new Map<string, Places>()

  const newestFirst = () => [...running.values()].toReversed()
  const remembered = (): readonly SubagentInfo[] => [...newestFirst().map(({ info }) => info), ...ended]

  function checked({ parent, task }: SubagentTask): void {
    if (parent.depth >= limits.depth)
      throw new Problem(`A sub-agent at depth ${parent.depth} may hand nothing on: the limit is ${limits.depth}.`, {
        at: 'agents.defaults.subturn.max_depth',
        mend: 'Do the work without another sub-agent.',
      })
    if (task.trim() === '') throw new Problem('A sub-agent needs a task.', { mend: 'Say what is to be done.' })
  }

  function start(
    task: SubagentTask,
    signal: AbortSignal | undefined,
  ): { readonly info: SubagentInfo; readonly outcome: Promise<SubagentOutcome> } {
    checked(task)
    const id = newId()
    const abort = new AbortController()
    const session = `subagent:${id}`
    const above = remembered().find((info) => info.session === task.parent.session)
    const info: SubagentInfo = {
      id,
      agent: task.agent,
      label: task.label ?? task.task.replaceAll(/\s+/g, ' ').trim().slice(0, 80).toWellFormed(),
      worksFor: [task.parent.session, ...(above?.worksFor ?? [])],
      root: above?.root ?? task.parent.session,
      session,
      state: 'waiting',
      startedAt: clock.now(),
    }
    const all = signal ? AbortSignal.any([abort.signal, signal]) : abort.signal
    const outcome = work(id, task, session, all)
    running.set(id, { info, abort, done: outcome })
    return { info, outcome }
  }

  async function work(id: string, task: SubagentTask, session: string, signal: AbortSignal): Promise<SubagentOutcome> {
    // The list has it before anything is done.
    await Promise.resolve()
    const { parent } = task
    try {
      using _place = await placeFor(parent.session, signal)
      change(id, { state: 'running' })
      const minutes = Math.round(limits.timeoutMs / 60_000)
      using late = deadline(clock, limits.timeoutMs, `It took longer than ${minutes} min.`)
      const both = AbortSignal.any([signal, late.signal])
      const depth = parent.depth + 1
      const done = await withinReach(run({ ...task, id, session, depth, signal: both }), both)
      end(id, done.isError === true ? { state: 'failed', why: done.text } : { state: 'done' })
      return { ...done, isError: done.isError ?? false }
    } catch (error) {
      if (signal.aborted) {
        end(id, { state: 'stopped' })
        throw error
      }
      const why = error instanceof Error ? error.message : String(error)
      end(id, { state: 'failed', why })
      return { text: `The sub-agent came to no result. ${why}`, isError: true, tainted: parent.tainted }
    }
  }

  function change(id: string, more: Partial<SubagentInfo>): void {
    const entry = running.get(id)
    if (entry) entry.info = { ...entry.info, ...more }
  }

  function end(id: string, more: Partial<SubagentInfo>): void {
    change(id, { ...more, endedAt: clock.now() })
    const entry = running.get(id)
    if (!entry) return
    running.delete(id)
    ended.unshift(entry.info)
    ended.splice(mostRemembered)
  }

  /** A free place among those of a session, for as long as it is not disposed. */
  async function placeFor(parent: string, signal: AbortSignal): Promise<Disposable> {
    const own = places.get(parent) ?? placesOf(limits.concurrent)
    places.set(parent, own)
    using late = deadline(clock, limits.waitMs, `All ${limits.concurrent} places for sub-agents are taken.`)
    const free = await own.take(AbortSignal.any([signal, late.signal]))
    return {
      [Symbol.dispose]() {
        free()
        if (own.isEmpty()) places.delete(parent)
      },
    }
  }

  return {
    async ask(task, signal) {
      signal.throwIfAborted()
      return start(task, signal).outcome
    },
    spawn(task, deliver) {
      const { info, outcome } = start(task, undefined)
      const delivered = outcome.then(
        (result) => deliver(ended.find(({ id }) => id === info.id) ?? info, result),
        () => undefined,
      )
      // Whoever delivers tells of its own troubles.
      delivered.catch(() => undefined)
      return info
    },
    list: (session) => remembered().filter(isFor(session)),
    stop(session) {
      const stopped = newestFirst().filter(({ info }) => isFor(session)(info))
      for (const { abort } of stopped) abort.abort(new Failure('aborted', 'It was stopped.'))
      return stopped.map(({ info }) => info)
    },
    async idle() {
      while (running.size > 0) await Promise.allSettled([...running.values()].map(({ done }) => done))
    },
  }
}

const isFor =
  (session: string | undefined) =>
  ({ worksFor }: SubagentInfo): boolean =>
    session === undefined || worksFor.includes(session)

interface Places {
  /** Resolves to what gives the place back. */
  take(signal: AbortSignal): Promise<() => void>
  isEmpty(): boolean
}

function placesOf(most: number): Places {
  const waiting: (() => void)[] = []
  let taken = 0
  const free = () => {
    taken -= 1
    waiting.shift()?.()
  }
  const own = () => {
    taken += 1
    return free
  }
  return {
    isEmpty: () => taken === 0 && waiting.length === 0,
    async take(signal) {
      if (taken < most) return own()
      const { promise, resolve, reject } = Promise.withResolvers<() => void>()
      const next = () => {
        signal.removeEventListener('abort', cancel)
        resolve(own())
      }
      const cancel = () => {
        const at = waiting.indexOf(next)
        if (at >= 0) waiting.splice(at, 1)
        reject(signal.reason as Error)
      }
      waiting.push(next)
      if (signal.aborted) cancel()
      else signal.addEventListener('abort', cancel, { once: true })
      return promise
    },
  }
}
