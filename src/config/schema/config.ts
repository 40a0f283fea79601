import * as z from 'zod/mini'
import { agents } from './agents.ts'
import { channels } from './channels.ts'
import { executor } from './executor.ts'
import * as f from './fields.ts'
import { gateway } from './gateway.ts'
import { later } from './later.ts'
import { models } from './models.ts'
import { tools } from './tools.ts'

/** config.json in its present form. Older spellings are brought into it before it is checked. */
export const configSchema = z.object({
  version: f.whole(3, 'Version of the layout.', 0, 3),
  timezone: f.zone(
    'Whose clocks count, for example Europe/Berlin: jobs, days, months, notes. Unset is this machine’s.',
  ),
  ...models,
  ...agents,
  ...channels,
  ...gateway,
  ...tools,
  ...executor,
  ...later,
})

export type Config = z.output<typeof configSchema>
