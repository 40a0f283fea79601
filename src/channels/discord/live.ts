import type { LiveMessage, OutboundMessage } from '../../core/channel.ts'
import { DeliveryFailure, keyedForMs } from '../../core/channel.ts'
import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'

export interface LiveOptions {
  readonly clock: Clock
  readonly log: Log
  /** Between two edits. */
  readonly throttleMs: number
  /** Characters between two edits. */
  readonly minGrowth: number
  /** What of a text that is still growing fits one message. */
  first(text: string): string
  /** Posts the message; twice the same call makes one message. */
  post(text: string): Promise<string>
  edit(id: string, text: string): Promise<void>
  send(message: OutboundMessage): Promise<string>
  readonly shown?: string
  readonly onShowing?: () => Promise<void>
  readonly onShown?: (id: string) => Promise<void>
  readonly onChanged?: () => Promise<void>
}

/** A message that is edited while it grows. What cannot be shown in between is left out: the final text is not held up by it. */
export function liveMessage(options: LiveOptions): LiveMessage {
  const { clock, log, throttleMs } = options
  const settled = new AbortController()
  const { signal } = settled
  let id = options.shown
  let text = ''
  let line = ''
  /** What stands there, and of which text. */
  let standing = ''
  let standingText = ''
  let nextAt = clock.now()
  /** Since when the first post may have arrived. */
  let doubtSince: number | undefined
  let closed = false
  let pumping: Promise<void> | undefined

  const view = () => [options.first(text), line === '' ? '' : `-# ${line}`].filter(Boolean).join('\n')
  /** Later the same post would make a second message. */
  const mayPost = () => doubtSince === undefined || clock.now() - doubtSince <= keyedForMs
  const due = (): boolean => {
    if (closed || (id === undefined && !mayPost()) || signal.aborted || view() === '' || view() === standing)
      return false
    const grows = text.startsWith(standingText) && line === ''
    return !grows || text.length - standingText.length >= options.minGrowth
  }
  async function put(shown: string): Promise<void> {
    if (id === undefined) {
      await options.onShowing?.()
      id = await options.post(shown)
      await options.onShown?.(id)
      // The first post did arrive, with the text of then.
      if (doubtSince !== undefined) await options.edit(id, shown)
    } else {
      await options.edit(id, shown)
      await options.onChanged?.()
    }
  }
  async function show(): Promise<void> {
    const [shown, ofText] = [view(), text]
    const begun = clock.now()
    nextAt = begun + throttleMs
    try {
      await put(shown)
      standing = shown
      standingText = ofText
    } catch (error) {
      notShown(error, begun)
    }
  }
  function notShown(error: unknown, begun: number): void {
    const failure = error instanceof DeliveryFailure ? error : new DeliveryFailure('refused', String(error))
    const { kind, retryAfterMs = 0 } = failure
    if (kind === 'uncertain' && id === undefined) doubtSince ??= begun
    if (kind === 'rate-limit') nextAt = clock.now() + Math.max(throttleMs, retryAfterMs)
    else if (kind !== 'uncertain' && kind !== 'not-sent') closed = true
    log.debug('A growing message could not be shown.', { why: String(error) })
  }
  async function pump(): Promise<void> {
    while (due()) {
      const wait = nextAt - clock.now()
      if (wait > 0) await clock.sleep(wait, signal).catch(() => undefined)
      if (due()) await show()
    }
  }
  const wake = () => {
    if (pumping || !due()) return
    pumping = pump().finally(() => {
      pumping = undefined
      wake()
    })
  }
  async function settle(): Promise<string | undefined> {
    settled.abort()
    await pumping
    // Nobody knows whether the first post arrived: the same post again tells its id.
    if (id === undefined && doubtSince !== undefined && mayPost())
      id = await options.post(view()).catch(() => undefined)
    return id
  }
  return {
    push(delta) {
      text += delta
      line = ''
      wake()
    },
    restart() {
      text = ''
      line = ''
    },
    activity(words) {
      line = words
      wake()
    },
    settle,
    async finish(message) {
      const replaces = await settle()
      return options.send({ ...message, ...(replaces !== undefined && { replaces }) })
    },
  }
}
