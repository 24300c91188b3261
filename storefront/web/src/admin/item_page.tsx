/** The page of one product or group: its head, and what is said when it cannot be shown or is there no more. */
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ShopProblem } from '../api/shop.ts'
import type { Group, Product } from '../api/types.ts'
import { admin } from '../language/admin_texts.ts'
import { NotFound } from '../layout/not_found.tsx'
import { ButtonLink } from '../ui/button.tsx'
import { Notice, ProblemNotice } from '../ui/notice.tsx'
import { PageTitle } from '../ui/page_title.tsx'
import { Stale } from '../ui/stale.tsx'
import { Typed } from '../ui/typed.tsx'
import { AdminPage, AdminPageSkeleton, BackLink } from './parts.tsx'
import { Thumb } from './pictures/thumb.tsx'

type Props<Item> = {
  answer: UseQueryResult<Item>
  /** Of the list that it is in. */
  list: { address: string; title: string }
  /** Its address in the shop. */
  inShop: (item: Item) => string
  notShown: string
  children: (item: Item) => ReactNode
}

export function ItemPage<Item extends Product | Group>({
  answer: { data: item, error, dataUpdatedAt, refetch },
  list,
  inShop,
  notShown,
  children,
}: Props<Item>) {
  const gone = error instanceof ShopProblem && [400, 404].includes(error.status ?? 0)
  if (!item) {
    if (gone) return <NotFound />
    return error ? (
      <AdminPage>
        <ProblemNotice error={error} title={notShown} retry={refetch} />
      </AdminPage>
    ) : (
      <AdminPageSkeleton />
    )
  }
  return (
    <AdminPage>
      <div className="grid gap-3">
        <BackLink to={list.address}>{list.title}</BackLink>
        <div className="flex flex-wrap items-start gap-4 sm:items-center">
          <Thumb of={item} className="aspect-square w-16 shrink-0 rounded-md" />
          <div className="min-w-0 flex-1 basis-60">
            <PageTitle
              title={item.name}
              aside={
                item.status === 'published' && (
                  <ButtonLink to={inShop(item)}>{admin.productPage.inShop}</ButtonLink>
                )
              }
            >
              <Typed>{item.name}</Typed>
            </PageTitle>
          </div>
        </div>
      </div>
      {gone && (
        <Notice live tone="warn" title={admin.productPage.gone}>
          {admin.productPage.goneMore}
        </Notice>
      )}
      {children(item)}
      <Stale when={error !== null && !gone} at={dataUpdatedAt} />
    </AdminPage>
  )
}
