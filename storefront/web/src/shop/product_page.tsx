/**
 * The page of a product, or of a group with its variants. Its address has the slug; an id, the slug of a product that was
 * renamed, and the id of a variant lead there.
 */
import { Navigate, useLocation, useParams } from 'react-router'
import { groupQuery, liveProductQuery, slugQuery } from '../api/queries.ts'
import { ShopProblem } from '../api/shop.ts'
import { useAnswer } from '../api/use_answer.ts'
import { t } from '../language/texts.ts'
import { NotFound } from '../layout/not_found.tsx'
import { ITEM, PICTURE_FRAME } from '../looks.ts'
import { ProblemNotice } from '../ui/notice.tsx'
import { PageTitle } from '../ui/page_title.tsx'
import { Loading, Skeleton } from '../ui/skeleton.tsx'
import { categoryAddress } from './category_tree.ts'
import { GroupPage } from './group_page.tsx'
import { addressOf, variantAddress } from './listing.ts'
import { OneProduct } from './one_product.tsx'
import { BackToShop } from './product_parts.tsx'

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export default function ProductPage() {
  const { id: address = '' } = useParams()
  return ID.test(address) ? <OfId key={address} id={address} /> : <OfSlug key={address} slug={address} />
}

/** With the query of the address, and as the same step of the history. */
function MoveTo({ to }: { to: string }) {
  const { search, state } = useLocation()
  return <Navigate to={to.includes('?') ? to : to + search} replace state={state} />
}

function OfSlug({ slug }: { slug: string }) {
  const { data: found, error, refetch } = useAnswer(slugQuery(slug))
  if (error && !found) return <Failed error={error} retry={refetch} />
  if (!found) return <Waiting />
  if (found.kind === 'category') return <MoveTo to={categoryAddress(found)} />
  if (found.slug !== slug) return <MoveTo to={`/products/${encodeURIComponent(found.slug)}`} />
  return found.kind === 'group' ? <OfGroup id={found.id} /> : <OfProduct id={found.id} />
}

/** Of a product, or of a group. */
function OfId({ id }: { id: string }) {
  const { data: product, error, refetch } = useAnswer(liveProductQuery(id))
  if (isGone(error)) return <OfGroup id={id} byId />
  if (product?.group_id) return <OfVariant id={id} groupId={product.group_id} />
  if (product?.slug) return <MoveTo to={addressOf(product)} />
  if (product) return <OfProduct id={id} />
  return error ? <Failed error={error} retry={refetch} /> : <Waiting />
}

function OfVariant({ id, groupId }: { id: string; groupId: string }) {
  const { data: group, error, refetch } = useAnswer(groupQuery(groupId))
  if (group) return <MoveTo to={variantAddress(group, id)} />
  return error ? <Failed error={error} retry={refetch} /> : <Waiting />
}

function OfProduct({ id }: { id: string }) {
  const { data: product, error, dataUpdatedAt, refetch } = useAnswer(liveProductQuery(id))
  if (isGone(error)) return <Gone />
  if (product) return <OneProduct product={product} asOf={dataUpdatedAt} stale={error} />
  return error ? <Failed error={error} retry={refetch} /> : <Waiting />
}

function OfGroup({ id, byId = false }: { id: string; byId?: boolean }) {
  const { data: group, error, refetch } = useAnswer(groupQuery(id))
  if (isGone(error)) return <Gone />
  if (group && byId && group.slug) return <MoveTo to={addressOf(group)} />
  if (group) return <GroupPage group={group} gone={<Gone />} />
  return error ? <Failed error={error} retry={refetch} /> : <Waiting />
}

const isGone = (error: unknown) => error instanceof ShopProblem && [400, 404].includes(error.status ?? 0)

const Gone = () => <NotFound title={t.product.gone}>{t.product.goneMore}</NotFound>

function Failed({ error, retry }: { error: unknown; retry: () => unknown }) {
  if (isGone(error)) return <Gone />
  return (
    <div className="page grid gap-6 pt-4 sm:pt-8">
      <BackToShop />
      <PageTitle title={t.common.product}>{t.common.product}</PageTitle>
      <ProblemNotice error={error} title={t.failed.showProduct} retry={retry} />
    </div>
  )
}

const Waiting = () => (
  <div className={ITEM}>
    <Loading what={t.loading.product} />
    <div className="-mb-4 h-11 md:col-span-2" />
    <Skeleton className={PICTURE_FRAME} />
    <div className="grid content-start gap-4">
      <Skeleton className="h-11 w-4/5" />
      <Skeleton className="h-8 w-28" />
      <Skeleton className="h-24 w-full" />
    </div>
  </div>
)
