import type { Adapters } from './adapters.ts'
import { adapters as chat } from './chat.ts'
import { adapters as config } from './config.ts'
import { adapters as discord } from './discord.ts'
import { adapters as failures } from './failures.ts'
import { adapters as house } from './house.ts'
import { adapters as models } from './models.ts'
import { adapters as tools } from './tools.ts'
import { adapters as voice } from './voice.ts'

/** Every function of the vector files that is built so far. */
export const adapter: Adapters = {
  ...models,
  ...config,
  ...chat,
  ...failures,
  ...house,
  ...tools,
  ...discord,
  ...voice,
}
