import type { LiveMessage, OutboundMessage } from '../../core/channel.ts'
import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import type { ChatRef } from '../../core/place.ts'
import { escapeMarkdown } from '../markdown/source.ts'
import { telegramText } from '../markdown/telegram.ts'
import { deliveryFailure } from './failure.ts'
import type { Streaming } from './ports.ts'
import { longestRest, type Rests } from './rests.ts'
import { maxText } from './payload.ts'

export interface Growing {
  readonly to: ChatRef
  readonly shown?: string
  readonly onShowing?: () => Promise<void>
  readonly onShown?: (id: string) => Promise<void>
  readonly onChanged?: () => Promise<void>
  readonly clock: Clock
  readonly log: Log
  readonly streaming: Streaming
  readonly rests: Rests
  /** Shows a first text; resolves to its id. */
  readonly begin: (text: string) => Promise<string>
  /** Shows a longer one. */
  readonly change: (id: string, text: string) => Promise<void>
  /** Resolves when no other growing message of this channel needs the line. */
  readonly turn: (signal: AbortSignal) => Promise<void>
  readonly split: (text: string) => readonly string[]
  /** Makes the final message out of what is shown. */
  readonly finish: (message: OutboundMessage, shown: string | undefined) => Promise<string>
}

/** A message that is shown while it is written: seldom enough for Telegram, and never more than one message holds. */
export function growingMessage(growing: Growing): LiveMessage {
  const { clock, streaming, rests, to } = growing
  const stop = new AbortController()
  const everyMs = Math.max(1_000, streaming.throttle_seconds * 1_000)
  let id = growing.shown
  let text = ''
  let note = ''
  /** What the last call showed. */
  let seen = { size: 0, note: '', began: true }
  let nextAt = clock.now() + (id === undefined ? 0 : everyMs)
  let running: Promise<void> | undefined

  const wanted = (): boolean => {
    if (note !== seen.note) return true
    const grown = text.length - seen.size
    return grown >= streaming.min_growth_chars || (!seen.began && grown > 0)
  }
  const look = () => [text.trim(), note === '' ? '' : `_${escapeMarkdown(note)}_`].filter(Boolean).join('\n\n')

  async function show(): Promise<void> {
    const shown = look()
    const [first = ''] = shown.length > maxText && telegramText(shown).length > maxText ? growing.split(text) : [shown]
    seen = { size: text.length, note, began: true }
    if (telegramText(first).trim() === '') return
    if (id === undefined) {
      await growing.onShowing?.()
      id = await growing.begin(first)
      await growing.onShown?.(id)
    } else {
      await growing.change(id, first)
      await growing.onChanged?.()
    }
    // There is no room for more.
    if (first !== shown) stop.abort()
  }

  function failed(error: unknown): void {
    const { kind, retryAfterMs, message } = deliveryFailure(error)
    if (retryAfterMs !== undefined) rests.note(to.chat, retryAfterMs)
    if (retryAfterMs !== undefined && retryAfterMs <= longestRest) {
      seen = { ...seen, size: 0, began: false }
      return
    }
    // An edit may be repeated; a first message may be there already.
    if (id !== undefined && (kind === 'uncertain' || kind === 'not-sent')) return
    growing.log.debug('A growing message stopped growing.', { channel: to.channel, why: message })
    if (kind === 'refused' && /message to edit not found|can't be edited/i.test(message)) id = undefined
    stop.abort()
  }

  async function grow(): Promise<void> {
    while (!stop.signal.aborted && wanted()) {
      const pause = Math.max(nextAt, rests.until(to.chat)) - clock.now()
      // The answer will be whole before.
      if (pause > longestRest) return stop.abort()
      if (pause > 0) await clock.sleep(pause, stop.signal)
      await growing.turn(stop.signal)
      if (stop.signal.aborted) return
      try {
        await show()
      } catch (error) {
        failed(error)
      }
      nextAt = clock.now() + everyMs
    }
  }

  const start = () => {
    if (!streaming.enabled || stop.signal.aborted || !wanted()) return
    running ??= grow()
      .catch(() => undefined)
      .finally(() => {
        running = undefined
        start()
      })
  }
  const settle = async () => {
    stop.abort()
    await running
    return id
  }

  return {
    push(delta) {
      text += delta
      start()
    },
    restart() {
      text = ''
      seen = { ...seen, size: 0, began: false }
    },
    activity(line) {
      note = line.replaceAll(/\s+/g, ' ').trim()
      start()
    },
    settle,
    async finish(message) {
      return growing.finish(message, await settle())
    },
  }
}
