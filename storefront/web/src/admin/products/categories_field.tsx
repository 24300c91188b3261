/** The categories of a product or group, as a tree of checkboxes in the order of the shop. */

import { LIMITS } from '@shop/client/generated/limits'
import { useQuery } from '@tanstack/react-query'
import { categoriesQuery } from '../../api/catalogue.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatNumber } from '../../language/formats.ts'
import { Checkbox } from '../../ui/field.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { Typed } from '../../ui/typed.tsx'

const CATEGORIES_MAX = LIMITS['POST /products'].categories.maxItems
/** Of the tree, in rem for each level. */
const INDENT = 1.5

type Props = {
  chosen: readonly string[]
  onChange: (chosen: readonly string[]) => void
  fault: string | undefined
}

export function CategoriesField({ chosen, onChange, fault }: Props) {
  const { data, error, refetch } = useQuery(categoriesQuery())
  if (error && !data)
    return <ProblemNotice error={error} title={admin.fields.categoriesNotRead} retry={refetch} />
  const items = data ?? []
  /** Those that were removed since; saving keeps them unless they are unticked. */
  const gone = data ? chosen.filter((id) => !items.some((each) => each.id === id)) : []
  const full = chosen.length >= CATEGORIES_MAX
  const flip = (id: string) =>
    onChange(chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id])
  return (
    <fieldset className="grid gap-1">
      <legend className="sr-only">{admin.fields.labels.categories}</legend>
      {data && items.length === 0 && gone.length === 0 && (
        <p className="text-soft">{admin.fields.noCategories}</p>
      )}
      <div className="-mx-2 max-h-80 overflow-y-auto px-2">
        {items.map(({ id, name, path }) => (
          <div key={id} style={{ paddingInlineStart: `${(path.length - 1) * INDENT}rem` }}>
            <Checkbox
              label={<Typed>{name}</Typed>}
              checked={chosen.includes(id)}
              disabled={full && !chosen.includes(id)}
              onChange={() => flip(id)}
            />
          </div>
        ))}
        {gone.map((id) => (
          <Checkbox key={id} label={admin.fields.categoryGone} checked onChange={() => flip(id)} />
        ))}
      </div>
      {full && (
        <p className="text-sm text-soft">{admin.fields.categoriesMax(formatNumber(CATEGORIES_MAX))}</p>
      )}
      {fault && (
        <p role="alert" className="text-sm text-bad">
          {fault}
        </p>
      )}
    </fieldset>
  )
}
