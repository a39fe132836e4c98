// The page Compare: what a tracing profiler counted beside the samples, function by function or line by line.
import type {JSX} from 'preact';
import {type Comparison, pointsOf} from '../model/comparison.ts';
import {visible} from '../model/text.ts';
import {CompareScatter} from './compare_scatter.tsx';
import {ComparedFunctions} from './compare_functions.tsx';
import {ComparedLines} from './compare_lines.tsx';
import {useSurroundings} from './context.ts';
import {Part} from './summary.tsx';

export function CompareView(): JSX.Element | null {
  const comparison = useSurroundings().store.profile.comparison();
  if (!comparison) return null;
  return (
    <section class="page compare-page" aria-label="Compare">
      <ul class="findings">
        {comparison.facts.map((fact) => (
          <li>{visible(fact)}</li>
        ))}
      </ul>
      {comparison.lines.length > 0 ? <ComparedLines comparison={comparison} /> : <Functions comparison={comparison} />}
      <Part title="How to read it">
        {comparison.legend.map((sentence) => (
          <p class="remark">{visible(sentence)}</p>
        ))}
      </Part>
    </section>
  );
}

function Functions({comparison}: {comparison: Comparison}): JSX.Element {
  return (
    <>
      {pointsOf(comparison.functions).length > 0 && (
        <Part title="What a call costs">
          <CompareScatter comparison={comparison} />
        </Part>
      )}
      <Part title="Functions">
        <ComparedFunctions comparison={comparison} />
      </Part>
    </>
  );
}
