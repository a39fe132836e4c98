// Can the numbers be trusted?
import type {JSX} from 'preact';
import type {QualityLine} from '../model/verdict.ts';

export function QualityTable({lines}: {lines: readonly QualityLine[]}): JSX.Element {
  return (
    <table class="quality-table">
      <tbody>
        {lines.map((line) => (
          <QualityRow line={line} />
        ))}
      </tbody>
    </table>
  );
}

function QualityRow({line}: {line: QualityLine}): JSX.Element {
  return (
    <tr>
      <th scope="row">
        <i class={`dot ${line.grade}`} role="img" aria-label={line.grade} />
        {line.label}
      </th>
      <td>{line.value}</td>
      <td class="detail">{line.detail}</td>
    </tr>
  );
}
