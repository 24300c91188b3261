/** A page of the shopkeeper: imprint, privacy, terms, withdrawal, shipping. */
import { useParams } from 'react-router'
import { shopQuery } from '../api/queries.ts'
import { useAnswer } from '../api/use_answer.ts'
import { t } from '../language/texts.ts'
import { NotFound } from '../layout/not_found.tsx'
import { textOf } from '../settings/current.ts'
import { ProblemNotice } from '../ui/notice.tsx'
import { PageTitle } from '../ui/page_title.tsx'
import { Loading, Skeleton } from '../ui/skeleton.tsx'
import { Typed } from '../ui/typed.tsx'
import { Markdown } from './markdown.tsx'

export default function LegalPage() {
  const { slug = '' } = useParams()
  const { data, error, refetch } = useAnswer(shopQuery())
  const page = data && Object.values(data.legal).find((each) => each.slug === slug)
  const text = page ? textOf(page.text) : ''
  if (data && text.trim() === '') return <NotFound />
  return (
    <article className="page grid max-w-4xl gap-6 pt-8 sm:pt-12">
      {page ? (
        <>
          <PageTitle title={textOf(page.title)}>
            <Typed>{textOf(page.title)}</Typed>
          </PageTitle>
          <div dir="auto">
            <Markdown text={text} />
          </div>
        </>
      ) : error ? (
        <ProblemNotice error={error} title={t.failed.showPage} retry={refetch} />
      ) : (
        <>
          <Loading what={t.loading.page} />
          <Skeleton className="h-11 w-2/3" />
          <Skeleton className="h-96" />
        </>
      )}
    </article>
  )
}
