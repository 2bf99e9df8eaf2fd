// What the widget asks before the first message.
import { channelSettings as words } from "../../../shared/src/text/people.ts";
import { Icon } from "../ui/Icon.tsx";

export interface Question {
  /** `name`, `email`, or the name under which the answer is kept. */
  key: string;
  label: string;
  required: boolean;
}

const MOST = 10;

export function Questions(props: { questions: Question[]; onChange: (questions: Question[]) => void }) {
  const { questions, onChange } = props;
  const put = (at: number, part: Partial<Question>) =>
    onChange(questions.map((old, index) => (index === at ? { ...old, ...part } : old)));
  const has = (key: string) => questions.some((question) => question.key === key);
  const add = (question: Question) => onChange([...questions, question]);
  return (
    <fieldset class="field">
      <legend class="lab">{words.preChat}</legend>
      <span class="help">{words.preChatHelp}</span>
      {questions.map((question, at) => (
        <div class="qrow" key={question.key}>
          <span>{kindOf(question.key)}</span>
          <input
            class="in sm"
            maxLength={80}
            required={!known(question.key)}
            aria-label={words.questionOf(kindOf(question.key))}
            placeholder={known(question.key) ? words.usualWords : ""}
            value={question.label}
            onInput={(event) => put(at, { label: event.currentTarget.value })}
          />
          <label class="check">
            <input
              type="checkbox"
              checked={question.required}
              onChange={(event) => put(at, { required: event.currentTarget.checked })}
            />
            {words.needed}
          </label>
          <button
            type="button"
            class="icon"
            aria-label={words.removeQuestion(question.label || kindOf(question.key))}
            onClick={() => onChange(questions.filter((_, index) => index !== at))}
          >
            <Icon name="x" size="s" />
          </button>
        </div>
      ))}
      {questions.length < MOST && (
        <div class="btns">
          {!has("name") && (
            <button
              type="button"
              class="addtag"
              onClick={() => add({ key: "name", label: "", required: false })}
            >
              {words.askName}
            </button>
          )}
          {!has("email") && (
            <button
              type="button"
              class="addtag"
              onClick={() => add({ key: "email", label: "", required: true })}
            >
              {words.askEmail}
            </button>
          )}
          <button
            type="button"
            class="addtag"
            onClick={() => add({ key: freeKey(questions), label: "", required: false })}
          >
            {words.askOwn}
          </button>
        </div>
      )}
    </fieldset>
  );
}

function known(key: string): boolean {
  return key === "name" || key === "email";
}

function kindOf(key: string): string {
  if (key === "name") return words.askName;
  return key === "email" ? words.askEmail : words.ownQuestion;
}

function freeKey(questions: readonly Question[]): string {
  for (let number = 1; ; number++) {
    const key = `question_${number}`;
    if (!questions.some((question) => question.key === key)) return key;
  }
}
