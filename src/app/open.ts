import { environment } from '../config/environment.ts'
import { loadConfig } from '../config/load.ts'
import { systemClock } from '../kit/clock.ts'
import { type House, house } from './house.ts'

/** The house over the configuration of this process. */
export async function openHouse(options: { write(text: string): void; readonly debug: boolean }): Promise<House> {
  return house(await loadConfig(environment()), { clock: systemClock, ...options })
}
