import { addModel } from '../../app/edit-models.ts'
import { exitCodes, Problem } from '../../core/problem.ts'
import { nearest } from '../../kit/nearest.ts'
import { type Recipe, recipes } from '../../models/recipes.ts'
import type { ModelRow } from '../../models/row.ts'
import type { Io } from '../io.ts'
import { parse } from '../options.ts'

/** `models add NAME VENDOR/MODEL` and `models add --recipe RECIPE` */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parse(
    args,
    {
      recipe: { type: 'string' },
      key: { type: 'string' },
      base: { type: 'string' },
      default: { type: 'boolean' },
      json: { type: 'boolean' },
    },
    true,
  )
  const recipe = values.recipe === undefined ? undefined : findRecipe(values.recipe)
  const row: ModelRow = {
    ...(recipe ? recipe.row : rowFrom(positionals)),
    ...(recipe && positionals[0] !== undefined && { model_name: positionals[0] }),
    ...(values.base !== undefined && { api_base: values.base }),
    ...(values.key !== undefined && { api_key: values.key }),
  }
  await addModel(row, values.default ?? false)
  if (values.json) io.stdout.write(`${JSON.stringify({ ok: true, name: row.model_name, model: row.model })}\n`)
  else {
    io.stdout.write(`Added ${row.model_name} (${row.model}). Try it: picoclaw models test ${row.model_name}\n`)
    if (recipe?.note !== undefined) io.stdout.write(`${recipe.note}\n`)
  }
  return exitCodes.ok
}

function rowFrom([name, model, ...more]: readonly string[]): ModelRow {
  if (name !== undefined && model !== undefined && more.length === 0) return { model_name: name, model }
  throw new Problem('models add takes a name and vendor/model, or --recipe.', {
    mend: `For example: picoclaw models add main openrouter/auto --key '\${OPENROUTER_API_KEY}'. Recipes: ${Object.keys(recipes).join(', ')}.`,
    exitCode: exitCodes.usage,
  })
}

function findRecipe(name: string): Recipe {
  const known: Readonly<Record<string, Recipe>> = recipes
  const recipe = known[name.toLowerCase()]
  if (recipe) return recipe
  const close = nearest(name, Object.keys(known))
  throw new Problem(`There is no recipe "${name}".`, {
    mend: close ? `Did you mean "${close}"?` : `There are: ${Object.keys(known).join(', ')}.`,
    exitCode: exitCodes.usage,
  })
}
