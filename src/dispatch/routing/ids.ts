const valid = /^[a-z0-9][a-z0-9_-]{0,63}$/
const longest = 64

/** An agent's id as keys spell it: lower case, `a-z 0-9 _ -`, at most 64 characters; `main` when nothing is left. */
export const normalizeAgentId = (id: string): string => normalized(id, 'main')

/** The same for an account of a channel; `default` when nothing is left. */
export const normalizeAccountId = (id: string): string => normalized(id, 'default')

function normalized(id: string, otherwise: string): string {
  const lower = plain(id)
  if (valid.test(lower)) return lower
  const clean = lower
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, longest)
  return clean === '' ? otherwise : clean
}

/** How ids are compared: without case and blanks around them. */
export const plain = (id: string): string => id.trim().toLowerCase()
