/** Search, filters and order of the list of products; each is in the address. */
import { useQuery } from '@tanstack/react-query'
import { categoriesQuery } from '../../api/catalogue.ts'
import { admin } from '../../language/admin_texts.ts'
import { t } from '../../language/texts.ts'
import { SearchField } from '../../shop/catalogue_controls.tsx'
import { LOW_STOCK } from '../../shop/low_stock.ts'
import { SORTS, type Sort } from '../../shop/view_address.ts'
import { Button } from '../../ui/button.tsx'
import { Checkbox, CONTROL } from '../../ui/field.tsx'
import { EVERYTHING, isNarrowed, type ProductView, STATUSES, STOCKS } from './product_view.ts'

type Props = { view: ProductView; change: (change: Partial<ProductView>, replace?: boolean) => void }

export function ProductFilters({ view, change }: Props) {
  const { data: categories = [] } = useQuery(categoriesQuery())
  const { statuses, stocks } = admin.filters
  const stockOf = { out: stocks.out, low: stocks.low(LOW_STOCK) }
  return (
    <search className="grid gap-3">
      <SearchField q={view.q} onSearch={(q, typing) => change({ q }, typing)} />
      <div className="grid grid-cols-2 items-center gap-3 sm:flex sm:flex-wrap">
        <Select
          label={admin.fields.labels.status}
          value={view.status}
          all={statuses.all}
          options={STATUSES.map((value) => ({ value, label: statuses[value] }))}
          choose={(status) => change({ status })}
        />
        <Select
          label={admin.fields.labels.stock}
          value={view.stock}
          all={stocks.all}
          options={STOCKS.map((value) => ({ value, label: stockOf[value] }))}
          choose={(stock) => change({ stock })}
        />
        {(categories.length > 0 || view.category !== undefined) && (
          <Select
            label={admin.fields.labels.categories}
            value={view.category}
            all={admin.filters.allCategories}
            options={categories.map(({ id, name, path }) => ({
              value: id,
              label: `${'\u2003'.repeat(path.length - 1)}${name}`,
            }))}
            choose={(category) => change({ category })}
          />
        )}
        <Select
          label={t.catalogue.sortBy}
          value={view.sort === 'newest' ? undefined : (view.sort as Sort)}
          all={t.catalogue.sorts.newest}
          options={SORTS.filter((sort) => sort !== 'newest').map((value) => ({
            value,
            label: t.catalogue.sorts[value],
          }))}
          choose={(sort) => change({ sort: sort ?? 'newest' })}
        />
        <Checkbox
          label={admin.filters.reduced}
          checked={view.reduced}
          onChange={({ currentTarget }) => change({ reduced: currentTarget.checked })}
        />
        {isNarrowed(view) && (
          <Button size="sm" tone="quiet" className="justify-self-end" onClick={() => change(EVERYTHING)}>
            {admin.common.showAll}
          </Button>
        )}
      </div>
    </search>
  )
}

function Select<Value extends string>({
  label,
  value,
  all,
  options,
  choose,
}: {
  label: string
  value: Value | undefined
  /** Nothing is chosen. */
  all: string
  options: readonly { value: Value; label: string }[]
  choose: (value: Value | undefined) => void
}) {
  return (
    <select
      aria-label={label}
      className={`${CONTROL} min-w-0 sm:w-auto sm:max-w-56`}
      value={value ?? ''}
      onChange={({ currentTarget }) => choose((currentTarget.value || undefined) as Value | undefined)}
    >
      <option value="">{all}</option>
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  )
}
