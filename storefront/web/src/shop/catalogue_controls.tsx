/** Search, sort and filter. The search starts shortly after the last key press. */

import { LIMITS } from '@shop/client/generated/limits'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { t } from '../language/texts.ts'
import { Button } from '../ui/button.tsx'
import { Checkbox, CONTROL } from '../ui/field.tsx'
import { Icon } from '../ui/icon.tsx'
import type { Change } from './catalogue_view.ts'
import type { FiltersProps } from './filters.tsx'
import { chosenSort, type ShownSort, shownSort } from './view_address.ts'

const PAUSE_MS = 250
const QUERY_LENGTH_MAX = LIMITS['GET /products'].q.maxLength

const FilterDrawer = lazy(() => import('./filter_drawer.tsx'))

/** `facets` is undefined where there is nothing to filter. */
type Props = Pick<FiltersProps, 'view'> &
  Partial<Pick<FiltersProps, 'facets' | 'category'>> & {
    change: (change: Change, replace?: boolean) => void
  }

export function CatalogueControls({ view, change, facets, category }: Props) {
  const [open, setOpen] = useState(false)
  return (
    <search className="flex flex-wrap items-center gap-x-5 gap-y-3">
      <SearchField key="search" q={view.q} onSearch={(q, typing) => change({ q }, typing)} />
      <div className="flex w-full items-center justify-between gap-x-5 sm:w-auto">
        <Checkbox
          label={t.catalogue.inStock}
          checked={view.inStock}
          onChange={({ currentTarget: { checked } }) => change({ inStock: checked })}
        />
        <label className="min-w-0">
          <span className="sr-only">{t.catalogue.sortBy}</span>
          <select
            className={CONTROL}
            value={shownSort(view)}
            onChange={({ currentTarget: { value } }) =>
              change({ sort: chosenSort(view.q, value as ShownSort) })
            }
          >
            {Object.entries(t.catalogue.sorts satisfies Record<ShownSort, string>)
              .filter(([sort]) => sort !== 'relevance' || view.q !== '')
              .map(([sort, label]) => (
                <option key={sort} value={sort}>
                  {label}
                </option>
              ))}
          </select>
        </label>
      </div>
      {facets && (
        <Button icon="filter" onClick={() => setOpen(true)} className="w-full sm:w-auto lg:hidden">
          {t.catalogue.filters}
        </Button>
      )}
      {open && (
        <Suspense>
          <FilterDrawer
            view={view}
            change={change}
            facets={facets}
            category={category}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      )}
    </search>
  )
}

/**
 * The first search adds a history entry, and later ones replace it: "back" leads to the page before the search.
 */
export function SearchField({ q, onSearch }: { q: string; onSearch: (q: string, typing: boolean) => void }) {
  const [text, setText] = useState(q)
  const search = useRef<(q: string) => void>(undefined)
  const typing = useRef(false)
  /** Searches that are not in the address yet, oldest first. */
  const asked = useRef<string[]>([])
  useEffect(() => {
    search.current = (next) => {
      if (next === q) return
      asked.current.push(next)
      onSearch(next, typing.current)
      typing.current = true
    }
  })
  // An own search must not overwrite what the visitor types meanwhile. Any other change of the address, such as the back
  // button, is shown.
  useEffect(() => {
    const at = asked.current.indexOf(q)
    asked.current.splice(0, at < 0 ? asked.current.length : at + 1)
    if (at < 0) setText((shown) => (shown.trim() === q ? shown : q))
  }, [q])
  useEffect(() => {
    if (text.trim() === q) return
    const timer = setTimeout(() => search.current?.(text.trim()), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text, q])
  return (
    <label className="relative min-w-0 flex-1 basis-full sm:basis-64">
      <span className="sr-only">{t.catalogue.search}</span>
      <Icon name="search" className="pointer-events-none absolute top-3 start-3.5 size-5 text-soft" />
      <input
        type="search"
        dir="auto"
        value={text}
        maxLength={QUERY_LENGTH_MAX}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') search.current?.(text.trim())
        }}
        onBlur={() => {
          typing.current = false
        }}
        placeholder={t.catalogue.search}
        className={`${CONTROL} ps-11`}
      />
    </label>
  )
}
