// The languages to choose from, each in its own words.
import { languages } from "../../../shared/src/language.ts";

export function LanguageOptions() {
  return (
    <>
      {Object.entries(languages).map(([language, name]) => (
        <option key={language} value={language} lang={language}>
          {name}
        </option>
      ))}
    </>
  );
}
