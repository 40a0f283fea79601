import { Problem } from '../core/problem.ts'
import { nearest } from '../kit/nearest.ts'
import type { Variables } from './environment.ts'

/** A variable that the config names and the environment does not have. */
function missing(variable: string, vars: Variables): Problem {
  const near = nearest(
    variable,
    Object.keys(vars).filter((name) => name !== variable),
  )
  const advice = `set ${variable}, or write \${${variable}:-value} for a default.`
  return new Problem(
    `The variable ${variable} is ${vars[variable] === undefined ? 'not set' : 'empty'} in the environment.`,
    {
      mend: near === undefined ? `S${advice.slice(1)}` : `Did you mean ${near}? Otherwise ${advice}`,
    },
  )
}

const reference = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g

/**
 * `${VAR}` and `${VAR:-default}` anywhere, `$VAR` and `os.environ/VAR` as the whole text. `$${` is a plain `${`, and `$$VAR` as the
 * whole text a plain `$VAR`. An empty variable counts as unset. What was put in is not looked at again. `asked` learns the names.
 */
export function expandVariables(text: string, vars: Variables, asked: Set<string>): string {
  const whole = /^(?:\$|os\.environ\/)([A-Za-z_][A-Za-z0-9_]*)$/.exec(text.trim())?.[1]
  if (whole !== undefined && (isName(whole) || vars[whole] !== undefined || text.includes('/'))) {
    asked.add(whole)
    return valueOf(whole, vars)
  }
  if (/^\$\$[A-Za-z_][A-Za-z0-9_]*$/.test(text)) return text.slice(1)
  return text.replaceAll(reference, (_piece: string, variable: string | undefined, otherwise: string | undefined) => {
    if (variable === undefined) return '${'
    asked.add(variable)
    const value = vars[variable]
    if (otherwise === undefined) return valueOf(variable, vars)
    return value === undefined || value === '' ? otherwise : value
  })
}

/** Variables are written in capitals; `$ecret` is rather a password than a variable that is missing. */
const isName = (word: string) => /^[A-Z_][A-Z0-9_]*$/.test(word)

function valueOf(variable: string, vars: Variables): string {
  const value = vars[variable]
  if (value === undefined || value === '') throw missing(variable, vars)
  return value
}
