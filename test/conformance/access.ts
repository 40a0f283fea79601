import { knownBy } from '../../src/access/allow-list.ts'
import { type GroupTrigger, groupTrigger } from '../../src/access/group-trigger.ts'
import type { Adapters } from './adapters.ts'

interface AllowsInput {
  readonly allowFrom: readonly string[] | null
  readonly sender: { readonly platform?: string; readonly platformId: string; readonly username?: string }
}

export const adapters: Adapters = {
  allowsSender({ allowFrom, sender: { platform, platformId, username } }: AllowsInput) {
    const sender = { id: platformId, ...(username !== undefined && { username }) }
    return knownBy(allowFrom ?? [], sender, platform === undefined ? [] : [platform]) !== undefined
  },
  groupTrigger: (input: { groupTrigger: GroupTrigger; mentioned: boolean; text: string }) =>
    groupTrigger(input.groupTrigger, input.mentioned, input.text),
}
