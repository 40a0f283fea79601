import { clearText, clip } from '../../access/clear-text.ts'
import { Problem } from '../../core/problem.ts'
import type { InboxItem, Store } from '../../core/store.ts'
import type { Road } from '../../dispatch/road.ts'
import { type House, type HouseOptions, openHouse } from '../house.ts'
import { askGateway } from './ask-gateway.ts'
import { messageIn } from './set-aside.ts'

type Options = Pick<HouseOptions, 'redactor' | 'write'>

/** A message that was set aside, for people. */
export interface AsideMessage {
  readonly id: string
  readonly channel: string
  /** Epoch milliseconds of its arrival. */
  readonly at: number
  readonly from: string
  readonly text: string
  /** Why it was set aside. */
  readonly why: string
}

/** The newest first. */
export function listAside(options: Options): Promise<readonly AsideMessage[]> {
  return withHouse(options, async ({ store }) => (await store.inbox.aside()).map(forPeople))
}

/**
 * Puts a message back into the inbox; `id` may be the beginning of its id. True when the running gateway has taken it up, false when it
 * waits for the next start.
 */
export function retryAside(options: Options, id: string): Promise<boolean> {
  return withHouse(options, async (house) => {
    const whole = await wholeId(house.store, id)
    if (await askGateway(house, `/aside/${encodeURIComponent(whole)}/retry`)) return true
    await house.store.inbox.takeBack(whole, 'open')
    return false
  })
}

/** Ends a message that was set aside: it is forgotten. */
export function dropAside(options: Options, id: string): Promise<void> {
  return withHouse(options, async ({ store }) => void (await store.inbox.takeBack(await wholeId(store, id), 'done')))
}

/** The same within the gateway. False when no message with this id is set aside. */
export async function beginAgain(
  { inbox }: Pick<Store, 'inbox'>,
  road: Pick<Road, 'take'>,
  id: string,
): Promise<boolean> {
  if (!(await inbox.takeBack(id, 'open'))) return false
  const item = (await inbox.open()).find((open) => open.id === id)
  if (item) road.take(item)
  return true
}

function forPeople({ id, channel, at, payload, why }: InboxItem & { readonly why: string }): AsideMessage {
  const message = messageIn(payload)
  const shown = (text: string) => clip(clearText(text), 200)
  return { id, channel, at, why, from: shown(message?.from.name ?? ''), text: shown(message?.text ?? '') }
}

async function wholeId({ inbox }: Store, id: string): Promise<string> {
  const found = (await inbox.aside()).filter((item) => item.id.startsWith(id))
  if (found[0] && found.length === 1) return found[0].id
  throw new Problem(
    found.length === 0 ? `No message ${id} is set aside.` : `${found.length} messages begin with ${id}.`,
    { mend: 'See "picoclaw gateway aside".' },
  )
}

async function withHouse<T>(options: Options, work: (house: House) => Promise<T>): Promise<T> {
  const house = await openHouse({ ...options, debug: false })
  try {
    return await work(house)
  } finally {
    await house.close()
  }
}
