import type { Adapters } from './adapters.ts'
import { adapters as access } from './access.ts'
import { adapters as agent } from './agent.ts'
import { adapters as channels } from './channels.ts'
import { adapters as chat } from './chat.ts'
import { adapters as commands } from './commands.ts'
import { adapters as config } from './config.ts'
import { adapters as discord } from './discord.ts'
import { adapters as failures } from './failures.ts'
import { adapters as gateway } from './gateway.ts'
import { adapters as house } from './house.ts'
import { adapters as mcp } from './mcp.ts'
import { adapters as migrate } from './migrate.ts'
import { adapters as models } from './models.ts'
import { adapters as routing } from './routing.ts'
import { adapters as schedule } from './schedule.ts'
import { adapters as tools } from './tools.ts'
import { adapters as voice } from './voice.ts'
import { adapters as web } from './web.ts'
import { adapters as workspace } from './workspace.ts'

/** Every function of the vector files that is built so far. */
export const adapter: Adapters = {
  ...access,
  ...agent,
  ...channels,
  ...chat,
  ...commands,
  ...config,
  ...discord,
  ...failures,
  ...gateway,
  ...house,
  ...mcp,
  ...migrate,
  ...models,
  ...routing,
  ...schedule,
  ...tools,
  ...voice,
  ...web,
  ...workspace,
}
