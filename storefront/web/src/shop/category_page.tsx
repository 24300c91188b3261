/** The catalogue of one category. Its address has the slug; one of before leads to it. */
import { Navigate, useLocation, useParams } from 'react-router'
import { categoriesQuery } from '../api/catalogue.ts'
import { slugQuery } from '../api/queries.ts'
import { ShopProblem } from '../api/shop.ts'
import { useAnswer } from '../api/use_answer.ts'
import { t } from '../language/texts.ts'
import { NotFound } from '../layout/not_found.tsx'
import { ProblemNotice } from '../ui/notice.tsx'
import { PageTitle } from '../ui/page_title.tsx'
import { PageSkeleton } from '../ui/skeleton.tsx'
import { Catalogue } from './catalogue_page.tsx'
import { categoryAddress } from './category_tree.ts'

export default function CategoryPage() {
  const { slug = '' } = useParams()
  const { search, state } = useLocation()
  const { data: all, error, refetch } = useAnswer(categoriesQuery())
  const category = all?.find((each) => each.slug === slug)
  // It may have another slug now, or be newer than the list.
  const { data: found, error: absent } = useAnswer({
    ...slugQuery(slug),
    enabled: all !== undefined && !category,
  })
  if (category)
    return <Catalogue key={category.id} pathname={categoryAddress(category)} category={category} />
  if (found && found.slug !== slug) {
    const to = found.kind === 'category' ? categoryAddress(found) : `/products/${found.slug}`
    return <Navigate to={to + search} replace state={state} />
  }
  if (absent instanceof ShopProblem && [400, 404].includes(absent.status ?? 0)) {
    return <NotFound title={t.catalogue.noCategory}>{t.catalogue.noCategoryMore}</NotFound>
  }
  const problem = error ?? absent
  if (!problem) return <PageSkeleton />
  return (
    <div className="page grid gap-6 pt-8">
      <PageTitle title={t.catalogue.title}>{t.catalogue.title}</PageTitle>
      <ProblemNotice error={problem} title={t.failed.showProducts} retry={refetch} />
    </div>
  )
}
