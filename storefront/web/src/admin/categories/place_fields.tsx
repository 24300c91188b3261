/** Where a category is: below which one, and after which of those that are there. */
import { useId } from 'react'
import { admin } from '../../language/admin_texts.ts'
import { CONTROL } from '../../ui/field.tsx'
import type { Values } from './draft.ts'
import { below, type Category, parentsFor, type Tree } from './tree.ts'

type PlaceProps = {
  tree: Tree
  category: Category | undefined
  values: Values
  change: (next: Partial<Values>) => void
}

export function PlaceFields({ tree, category, values: { parent_id, position }, change }: PlaceProps) {
  const [parent, after] = [useId(), useId()]
  const othersBelow = (id: string | null) => below(tree, id).filter((each) => each.id !== category?.id)
  return (
    <div className="grid items-start gap-5 sm:grid-cols-2">
      <div className="grid gap-1.5">
        <label htmlFor={parent} className="text-sm font-semibold">
          {admin.categories.fields.parent_id}
        </label>
        <select
          id={parent}
          className={CONTROL}
          value={parent_id ?? ''}
          onChange={({ currentTarget: { value } }) => {
            const next = value === '' ? null : value
            const isHome = category !== undefined && category.parent_id === next
            change({ parent_id: next, position: isHome ? category.position : othersBelow(next).length })
          }}
        >
          <option value="">{admin.categories.top}</option>
          {parentsFor(tree, category).map(({ id, name, path }) => (
            <option key={id} value={id}>
              {`${'\u2003'.repeat(path.length - 1)}${name}`}
            </option>
          ))}
        </select>
      </div>
      <div className="grid gap-1.5">
        <label htmlFor={after} className="text-sm font-semibold">
          {admin.categories.fields.position}
        </label>
        <select
          id={after}
          className={CONTROL}
          value={position}
          onChange={({ currentTarget: { value } }) => change({ position: Number(value) })}
        >
          <option value={0}>{admin.categories.first}</option>
          {othersBelow(parent_id).map(({ id, name }, i) => (
            <option key={id} value={i + 1}>
              {admin.categories.after(name)}
            </option>
          ))}
        </select>
      </div>
    </div>
  )
}
