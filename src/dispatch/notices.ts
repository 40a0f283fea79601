import type { OutboundMessage } from '../core/channel.ts'

/** What its chat is told of a message that was given up. */
export const notices = {
  uncertain: () => 'My last message here may not have arrived. /again sends it once more.',
  dead: ({ attachments }: OutboundMessage, why: string) =>
    `I could not send ${attachments?.map(({ name }) => name).join(', ') ?? 'my last message'} here: ${why}`,
} as const satisfies Record<string, (message: OutboundMessage, why: string) => string>

const endings = { uncertain: ':doubt', dead: ':refusal' } as const satisfies Record<keyof typeof notices, string>

/** The id of the notice about a message. */
export const noticeOf = (id: string, state: keyof typeof notices) => `${id}${endings[state]}`

/** True for the id of a notice: when it is given up itself, no further one is raised. */
export const isNotice = (id: string) => Object.values(endings).some((ending) => id.endsWith(ending))
