import type { ModelRule } from './vendor.ts'

/** What holds for a model family whoever serves it. A vendor's own rules come first. */
export const familyRules: readonly ModelRule[] = [
  {
    // Reasoning models of OpenAI: https://platform.openai.com/docs/guides/reasoning
    match: '(?:^|[/:])(?:o[134](?:-|$)|gpt-5(?!.*chat))',
    tokenField: 'max_completion_tokens',
    temperature: 'omit',
    thinking: 'reasoning-effort',
  },
  { match: '(?:^|[/:])gpt-oss', thinking: 'reasoning-effort' },
  { match: 'glm', tokenField: 'max_completion_tokens' },
  { match: 'kimi.*k2|k2.*kimi', temperature: 1 },
  { match: 'claude-opus-4[-.][78]', temperature: 'omit' },
]
