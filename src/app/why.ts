import { whyFacts, type WhyFacts } from '../ledger/why.ts'
import { whyText } from '../ledger/why-text.ts'
import { type HouseOptions, openHouse } from './house.ts'

/** Why a turn went as it did, as facts and in words. Without an id the last one. */
export async function why(
  options: Pick<HouseOptions, 'redactor' | 'write'>,
  turn?: string,
): Promise<{ readonly facts: WhyFacts; readonly text: string }> {
  const house = await openHouse({ ...options, debug: false })
  try {
    const facts = await whyFacts(house.store, turn)
    return { facts, text: whyText(facts, house.zone) }
  } finally {
    await house.close()
  }
}
