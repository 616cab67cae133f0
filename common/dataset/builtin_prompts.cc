#include "common/dataset/builtin_text.h"

namespace specctl {

const std::string_view kBuiltinPrompts = R"(
# coding
Write a {language} function that reads a list of {data}, removes the duplicates and returns the {3..25} most frequent ones, ties in order of appearance.
Implement {structure} in {language} for {data}, with insertion, removal and a test for each.
+ Now make it safe for several threads, and say what that costs.
This {language} program groups {data} by day and shows {bug}. List four likely causes and show how you would find out which it is; assume about {2..90} million rows.
Write a command-line tool in {language} that compares two files of {data} and prints what was added, removed and changed, with exit status {2..9} when they differ.
Explain how you would store {data} so that the last {5..60} minutes can be queried in constant time, then show the {language} code.
Refactor this into small functions and keep its behaviour:{br}{br}def run(rows):{br}    out = []{br}    for r in rows:{br}        if r[{0..9}] > {10..99} and r[{0..9}] not in out:{br}            out.append(r[{0..9}] * {2..12}){br}    return sorted(out)[:{3..30}]
+ Add type hints and docstrings.
+ Now write the same thing in {language}.
Write unit tests for a {language} class that caches {data} for {2..60} seconds and evicts the oldest entry beyond {10..500}.
Show a {language} parser for lines like "{colour};{1..99};{name}" that reports the line and column of the first error.
# humanities
Describe how {era} changed everyday life in a town like {city}, in about {120..400} words.
Compare two opposing views on {idea}, each with the strongest argument you know, and say where {era} would have stood.
Outline a lecture for {audience} on {era}: {4..9} headings, each with one surprising detail.
+ Expand the heading that you find most debatable.
What can a historian learn about {city} from a {item} of {1500..1900}? Name the questions and the pitfalls.
Write a short encyclopedia entry on {idea} as it was understood around {1600..1950}.
How did trade in {material} shape the politics of {era}? Give causes, actors and consequences.
A museum in {city} shows the {item} of a {job}. Write the wall text, {60..180} words.
+ Now a version for {audience}.
+ And the question that a sceptical visitor would ask, with your answer.
Discuss whether {idea} can be taught, with one example from {era} and one from today.
# math
A {job} buys {11..97} crates at {3..29} coins each and sells them at a profit of {5..60} percent. A fifth are lost on the way. What is the profit in coins? Show each step.
Find all integers x with {2..19}x + {20..99} divisible by {7..23}, and explain the pattern.
A tank of {400..990} litres fills at {11..39} litres a minute and leaks {2..9}. When is it full, and when if the leak doubles half-way?
+ Now let the leak grow in proportion to the level. Set up the equation and solve it.
How many ways are there to seat {4..9} guests around a table if {name} and {name} must not sit together and rotations count as one?
The sequence starts with {2..30} and {31..70}; each further term is the sum of the last two, modulo {5..31}. Find the period.
Prove or refute: the sum of {3..15} consecutive odd numbers that begins at {5..99} is divisible by {2..9}.
Two trains leave {city} and {city}, {210..980} km apart, at {50..120} and {60..140} km/h. Where do they meet, and how does it change if one starts {5..55} minutes late?
A die with {4..20} sides is thrown {2..6} times. What is the probability that the highest number is at least {3..4}? Give an exact fraction and a decimal.
+ Generalise to n sides and k throws.
# multilingual
Translate into English and explain one difficulty: {foreign}
Translate into {tongue}: {sentence}
Write a polite e-mail in {tongue} that asks {name} in {city} for a new delivery date of {2..80} {item}s.
+ Now the same in a friendly tone, as to an old colleague.
Explain in English how {tongue} expresses that something happened {2..30} days ago, with {3..6} examples.
Translate this paragraph into {tongue}, and keep the numbers: {passage}
List {5..15} words about {food} in {tongue}, each with gender or classifier where there is one, and an English gloss.
Correct the mistakes and say why: {foreign} {foreign}
A traveller from {city} speaks {tongue} only. Write a phrase sheet of {8..20} lines for {place}, with English beside it.
+ Add three answers that the traveller is likely to hear.
# qa
What is {fact}?
Who would know more about {process}, a {job} or a physicist, and why?
In which century did {era} reach its height, and what was traded in {city} then?
Is it true that {animal} can survive {2..40} days without water?
What is the difference between {device} and {device}?
How long does it take to get from {city} to {city} by train, roughly?
Which is denser, {material} or {material}, and by what factor?
Name {2..9} countries where {food} is a common breakfast.
+ Which of these is the most populous?
# rag
Answer from the context alone, and quote the sentence that you used.{br}{br}Context:{br}{passage}{br}{passage}{br}{passage}{br}{br}Question: Which sentence mentions a {item}, and what does it say?
Context:{br}{passage}{br}{br}{passage}{br}{br}List every number in the context with what it counts. If something is not stated, say so.
You are given {2..9} search results.{br}[1] {passage}{br}[2] {passage}{br}[3] {passage}{br}{br}Write a cited answer to: what is known about {city}?
+ Which of the results contradict each other?
+ Leave out result [2] and answer again.
Documents:{br}A. {passage}{br}B. {passage}{br}{br}Does document A support the claim "{sentence}"? Answer yes, no or not stated, then explain.
From the notes below, fill in: person, place, date, amount. Use null where nothing is said.{br}{br}{passage}{br}{passage}
Context:{br}{passage}{br}{passage}{br}{br}{name} says: "{sentence}" Check this against the context.
Use the handbook to answer a customer.{br}{br}Handbook:{br}{passage}{br}{passage}{br}{passage}{br}{br}Customer: I bought {product} in {city}. What may I expect?
+ The customer is not satisfied. Reply once more, within the handbook.
Extract all names of people and places as JSON, with the number of times that each occurs.{br}{br}{passage}{br}{passage}
# reasoning
{name}, {name} and {name} own a {item}, a {item} and a {item}. The first never lies, the second always does. Two say that they own the {colour} one. Who can own it? Argue step by step.
A {job} must bring {3..9} boxes across a river in a boat for {2..3}; box {1..3} must not stay alone with box 2. Find a plan with the fewest crossings.
It rained on {2..6} of {7..14} days in {city}, never on two in a row. How many patterns are possible, and what follows for day {3..6}?
If every {job} owns a {item}, and some who own a {item} live in {city}, does it follow that a {job} lives in {city}? Explain.
+ Change one premise so that it does follow.
Estimate how many {item}s there are in {city}. State your assumptions and give a range.
Plan a day for {audience} in {city}: {3..6} stops, one at {place}, none twice, at most {4..9} hours. Say which constraint binds.
A clock loses {2..19} minutes a day and shows {1..11} o'clock on Monday noon. When does it next show the right time?
+ And one that gains as much: when do the two agree?
Which of these does not belong, and why: {material}, {material}, {device}, {animal}? Give two different answers and defend both.
# roleplay
You are a {job} in {city} in {1850..2020}. A stranger asks for your {item}. Answer in your own voice, {mood}.
+ The stranger offers {food} in exchange. Go on.
+ Somebody else comes in: {name}. Go on, and let the two disagree.
Play {animal} that has learned to speak and works at {place}. Introduce yourself to {audience}.
You are the captain of a research ship off {city}, short of {food} for {2..20} days. Address the crew, {mood}.
Act as an examiner who asks me about {process}, one question at a time, and begin with an easy one.
You are {name}, who sells {product}. I think that {20..400} coins are too much. Convince me.
+ I still hesitate, because {reason}. Go on.
Speak as an old {item} of {material} that has passed through {2..9} owners. Tell us about the last one.
Be a guide at {place} near {city}. A child asks why {reason}. Answer so that both child and parents learn something.
You are a chess coach from {city}, {mood}, and I have just lost {2..12} games in a row. Talk to me.
# stem
Explain {process} to {audience}, with one calculation that uses the number {2..90}.
How does {device} work? Name the parts, the flow of energy and the main loss, in about {100..350} words.
Why does {process} matter for {device}?
A sample of {10..900} g of {material} is heated by {5..80} K. Estimate the energy, and say which value you looked up or assumed.
+ How would the answer change at twice the pressure?
Design an experiment on {process} that a school in {city} can afford, with controls and an error estimate.
What limits the efficiency of {device}, in theory and in practice?
Compare {process} and {process}: what drives each, and on which time scale?
A probe at {2..60} km above {city} reports {180..320} K. Is that plausible? Argue with the layers of the atmosphere.
+ Now do the same for the night side.
# summarization
Summarize in {2..5} sentences:{br}{br}{passage}{br}{passage}{br}{passage}
Give the text a title and {3..7} bullet points:{br}{br}{passage}{br}{passage}
Write a summary for {audience} of at most {40..90} words.{br}{br}{passage}{br}{br}{passage}{br}{br}{passage}
+ Now in one sentence.
+ Now as a headline.
What are the main claims of this text, and which numbers support them?{br}{br}{passage}{br}{passage}{br}{passage}
Turn these minutes into a list of decisions and open points:{br}{br}{passage}{br}{passage}
Summarize each paragraph in one line, then the whole.{br}{br}{passage}{br}{br}{passage}{br}{br}{passage}{br}{br}{passage}
Shorten the text to {20..60} percent of its length and keep the names.{br}{br}{passage}{br}{passage}
Write a neutral abstract of this travel diary.{br}{br}{passage}{br}{passage}{br}{passage}
# writing
Write {genre} about {animal} and a {item}, {mood}, in about {120..500} words.
+ Rewrite it from the point of view of the {item}.
Write an advertisement for {product} in {city} that a {job} would believe.
Draft a letter to {audience} that explains why {reason} and what happens next, {mood}.
Continue: "{sentence}" Write {3..8} paragraphs.
Write a review of {food} at {place}, {mood}, that ends with advice.
Compose {genre} in which {name} and {name} meet at {place} and never say what they want.
+ Cut it by half without losing the turn.
+ Give it three possible titles.
Write a speech for the opening of {place} in {city}, {2..6} minutes long, with one joke that works.
Describe {city} on one {colour} morning without naming a single building, in {90..300} words.
)";

}  // namespace specctl
