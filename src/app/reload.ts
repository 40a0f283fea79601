import { loadConfig } from '../config/load.ts'
import type { House } from './house.ts'

/** Reads the configuration again and takes it over. A Problem when it cannot be used; the one in use then stays. */
export async function reloadConfig(house: House): Promise<void> {
  await house.adopt(await loadConfig(house.environment))
}
