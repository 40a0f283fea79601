import type { ToolOutput } from '../core/tool.ts'

/** How a call was not run, in words for the model. */
const endings = {
  rule: (why: string) => `Not allowed: ${why}`,
  denied: (why: string) => `The owner said no. It was asked because: ${why}`,
  expired: (why: string) => `Nobody decided within ten minutes, so it was not run. It was asked because: ${why}`,
  nobody: (why: string) => `It needs an owner’s approval, and no owner is there to ask. ${why}`,
  again: (why: string) => `This was refused earlier in this turn, so it was not asked again. ${why}`,
  unclear: (why: string) => `What it would do cannot be told from its arguments: ${why}`,
  changed: () => 'The call is not the one that was approved.',
  uncertain: () =>
    'This call was begun before picoclaw was restarted. It may or may not have happened, so it was not run again. Find out, or ask the person, before you go on.',
} as const satisfies Record<string, (why: string) => string>
export type Ending = keyof typeof endings

/** The output of a call that was not run. It tells the model to leave it at that. */
export function refusedOutput(ending: Ending, why = ''): ToolOutput {
  const end =
    ending === 'uncertain' || ending === 'unclear'
      ? ''
      : ' Do not try to reach the same by another way; tell the person what you could not do and why.'
  return { content: [{ type: 'text', text: `${endings[ending](why)}${end}` }], isError: true }
}
