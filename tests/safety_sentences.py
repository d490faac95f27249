"""Sentences people write, for the tests of the safety words: urgent ones, sayings, everyday ones. All ours."""

# each of these is found under the rule it stands by
SAID = {
    "overdose": """
    I took too many pills / took to many / took too much / I think I took too much oxy / took 2 many /
    tooktoomany / i took way too much of my medicine / od'd / I OD'd last night / OD’d / im oding /
    I overdosed / she overdoesd / overdosse / over dose / can you overdose on this / I might od /
    took the whole bottle / i swallowed a whole bottle of tylenol / took a handful of pills /
    my son ate one of my pills / the kids got into my meds / she drank bleach /
    swallowed a bunch of tablets / took 30 pills / took like 20 oxys / took 15 of them /
    took 40 of my tablets at once / I took all my pills at once / took everything I had /
    took the rest of the pills / I took them all at once / cant wake him / I can't wake her up /
    can’t wake my husband / he wont wake up / she won't wake up / my wife is not waking up /
    Can not wake him!! / my son isnt waking up / he is not breathing / not breathing /
    she stopped breathing / hes barely breathing / barely breathing / hubby isn't breathing /
    his lips are blue / lips are turning blue / blue lips / her face went grey / he's turning blue /
    she is making gurgling noises / pinpoint pupils / foaming at the mouth / he is unconscious /
    unresponsive / my husband is unresponsive / she isn't responding / I can't get him to wake up /
    couldn't wake him / he went limp / no pulse / i gave him narcan / used the naloxone /
    Took too much!!! help / t00k t00 many pills / too many pills / too much medicine /
    I took my pills on purpose to end it / doubled it and now not breathing / took all of them /
    I took them all / he took em all / will not wake / going to take all my pills /
    took too much on purpose / took 60 and now feel sick
    """,
    "suicide_now": """
    I'm going to kill myself / im gonna kill myself / kill myself / KILL MYSELF / k i l l myself /
    kill my self / kil myself / killmyself / k1ll myself / k!ll myself / k*ll myself / kill mysef / kms /
    I want to kms / unalive / going to unalive myself / un-alive / end my life / ending my life /
    endmylife / end it all / i just want to end it all / I want to end it / end it tonight /
    take my own life / thinking of taking my life / commit suicide / comit suicide / suicide note /
    I have a suicide plan / I wrote a goodbye letter / goodbye world / goodbye forever /
    by the time you read this I'll be gone / I'm going to hang myself / hanging myself / shoot myself /
    I have a gun to my head / put a bullet in my head / blow my brains out / slit my wrists /
    cut my wrists / jump off a bridge / going to jump from the roof / jump in front of a train /
    drive my car into a tree / i will be dead soon / want to die tonight / off myself /
    how many pills to die / took pills to die / I don't want to kill myself / this is my last message /
    kill 🔪 myself / kill_myself / goodbye everyone
    """,
    "suicidal_thoughts": """
    suicide / suicidal / i feel suicidle / sucidal thoughts / su!cide / su*cide / s u i c i d e /
    sui cide / I want to die / i wanna die / wannadie / want to die / I just want to fucking die /
    i wish i was dead / wish i were dead / wish I could die / I dont want to live /
    dont want to live anymore / don't want to be alive / do not want to live /
    I don’t want to be here anymore / dont wanna be here / don't want to exist /
    i dont want to wake up tomorrow / hope i dont wake up / better off dead /
    they would be better off without me / everyone is better off without me / no reason to live /
    nothing to live for / life is not worth living / life isn't worth it, not worth living /
    tired of living / sick of living / tired of being alive / rather be dead / I'd rather die /
    can't go on / cant live like this / I can't live with this pain / i want it all to end /
    go to sleep and never wake up / never wake up / ready to die / let me die / thinking about dying /
    thoughts of death / wants to die / my husband wants to die / i deserve to die /
    i wish i was never born / someone please kill me / dïe... i want to díe / I want to.. die /
    diiiie i want to diiiie / i want to d i e / I do not want to die / not suicidal / ｉ ｗａｎｔ ｔｏ ｄｉｅ /
    I want to... die!! / feel like ending it / no reason to go on / no point living /
    I might as well be dead / I don't see the point in living / suіcide
    """,
    "self_harm": """
    self harm / self-harm / selfharm / I've been cutting myself / hurting myself / I want to hurt myself /
    going to cut myself / thinking about hurting myself / I hurt myself on purpose /
    started cutting again / urge to burn myself
    """,
    "emergency": """
    call 911 / 911 / I called 911 / please call an ambulance / need an ambulance / chest pain /
    i have pain in my chest / my chest hurts / can't breathe / i cant breath / cantbreathe /
    trouble breathing / hard to breathe / heart attack / I think im having a stroke / seizure /
    she had a siezure / bleeding badly / wont stop bleeding / this is an emergency / I think I am dying /
    choking
    """,
    "not_safe": """
    I am not safe / im not safe / i don't feel safe / not safe right now / I'm scared of what I might do /
    I can't trust myself
    """,
    "back_red_flags": """
    cauda equina / numb between my legs / my groin is numb / numbness in my genitals /
    no feeling in my private parts / can't feel my privates / saddle numbness / tingling in my crotch /
    cant pee / I can't pee / cannot urinate / trouble peeing since yesterday / hard to start peeing /
    i wet myself / wet the bed / I peed myself / lost control of my bladder / lost control of my bowels /
    can't control my bowels / soiled myself / incontinence / both legs are weak / both my legs went numb /
    weakness in both legs / my legs are numb / legs gave out / can't move my leg / can't feel my legs /
    cant feel my feet / cantfeelmylegs / foot drop / dragging my foot / my leg is getting weaker /
    I am paralysed / my legs are giving way / can't feel when I wipe / I have not been able to pee /
    numb from the waist down / can't feel anything below the waist / my bladder won't empty /
    loss of feeling in my groin
    """,
    "withdrawal": """
    withdrawal / I'm in withdrawals / withdrawel symptoms / withdrawls / dope sick / dopesick /
    cold turkey / stopped cold / I went cold turkey / stopped suddenly / quit all at once /
    can't keep anything down / cant keep my pills down / can't stop vomiting / vomiting and shaking /
    shaking and sweating / my skin is crawling / can't keep water down / goosebumps and sweating
    """,
    "ran_out": """
    ran out / I ran out of pills / ran out of my meds 2 days ago / running out of oxy / I'm out of pills /
    out of meds / outofmeds / no pills left / no more tablets / none left / i have none left /
    pharmacy won't fill / the pharmacy wont fill my script / pharmacist refused / cvs won't refill it /
    they wont refill / doctor cut me off / my dr cut me off / doctor won't prescribe /
    my doctor took me off / doctor stopped my meds / can't get my pills / can't get a refill /
    cant get my prescription / insurance wont cover it / insurance denied / my pills were stolen /
    lost my pills / someone stole my meds / refill is late / on back order / out of stock /
    can't afford my meds / my doctor retired / pharmacy is closed / ran out of my prescription /
    ran out of food and meds / they won't give me my meds / pharmacist says no / pills all gone
    """,
    "sedation": """
    nodding off / keep nodding out / can't stay awake / cant keep my eyes open / I passed out /
    blacked out / slurring my words / too sleepy / so drowsy i can hardly talk /
    I had wine and now I'm really drowsy / took xanax and feel woozy / had beer and a valium /
    hallucinating / nodded off at the wheel / can't keep awake
    """,
    "pregnancy": """
    I'm pregnant / im pregant / I might be pregnant / my period is late / missed my period /
    positive pregnancy test / expecting a baby / baby on the way / my waters broke
    """,
    "stopped": """
    I stopped taking my pills / stopped taking it / quit my meds / I want to stop my medication /
    want to get off these pills / I came off oxy / haven't taken any for 3 days /
    not taking my meds anymore / flushed my pills
    """,
    "vomiting": """
    vomiting / I keep throwing up / threw up all night / puked / diarrhoea
    """,
    "excess": """
    double dose / doubled my dose / took an extra pill / extra tablet / took one by mistake /
    accidentally took two / took more than prescribed / took it too early / took two instead of one /
    took more than I'm supposed to
    """,
    "co_use": """
    had a few drinks with my pills / took my pill with wine / took my meds and then some beers /
    I took xanax / took ambien too / mixing pills / gabapentin and oxycodone / bought oxy off the street /
    street pills / heroin
    """,
    "back_soon": """
    I have a fever / high temperature / lost weight without trying / fell down the stairs /
    I fell yesterday / had a bad fall / car accident / slipped and fell / I have cancer
    """,
    "hospital": """
    I'm in hospital / in the hospital / I was hospitalised / admitted last night / went to the ER /
    in the emergency room / having surgery next week / just back from hospital
    """,
    "bereavement": """
    my mum passed away / my husband died / funeral tomorrow / going to a funeral / lost my wife /
    my dad is dead / a death in the family / my mother is dying
    """,
    "participant_died": """
    this is his wife writing / This is her daughter / I am writing on behalf of my dad, he died
    """,
    "exercise_worse": """
    this is making it worse / the breathing makes me worse / the exercise made me feel worse /
    I had a flashback / panic attack / feeling unreal / I'm panicking / hearing voices
    """,
    "leave_study": """
    I want to leave the study / quit the study / stop messaging me / stop texting me / unsubscribe /
    delete my data / drop out / STOP MESSAGES / no more texts
    """,
}

# sayings and unclear words: one question, no alert
ASKED = """
    my back is killing me / this is killing me / killing me / kill me now / dead tired /
    I'm dead tired today / I could die of embarrassment / nearly died of embarrassment /
    I want to die of embarrassment / I could kill for a coffee / i'd kill for a good night's sleep /
    I was dying to see them / dying for a nap / bored to death / scared to death / worried to death /
    starving to death / freezing to death / feel like death warmed up / over my dead body /
    I'm dead on my feet / I almost died laughing / died laughing / those cookies are to die for /
    shoot me now / that will be the death of me / half dead this morning / I could kill my boss /
    if looks could kill / I'm dying here / can't take it anymore / I can't take this pain / I give up /
    hopeless / I'm such a burden / what's the point / help me / took all my pills / I hate my life /
    I cut myself / I'm dying / make it stop / no one cares / everyone would be happier without me /
    I won't be here tomorrow
"""

# nothing at all is found in these
EVERYDAY = """
    7 / 0 / 10 / about 6 / 6 or 7 / 7. / between 5 and 6 / it's a 7 today / yes / no / ok / okay thanks /
    later / not now / not yet / maybe / skip / stop / back / done / I'm done /
    I am done with this exercise / took my dose / took my pill / I took my pill / took it /
    took it at 10 / took it at 22:30 / took my dose at 8 this morning / took 2 tablets / took two /
    took 2 / took one tablet at 6 / took 10 mg / took 10mg oxycodone at 6pm / I took 5 mg with breakfast /
    took it 20 minutes ago / took my medicine with water / took half a tablet / took it 15 minutes late /
    took my morning pills / took my patch off and put on a new one / changed my patch /
    forgot my pill this morning / forgot to take it / I missed a dose / I skipped it /
    I skipped my evening dose / I don't need it now / not needed / I'll take it later / took a walk /
    took a shower / took a nap / took a deep breath / took a few deep breaths / my back hurts /
    my back hurts a lot / back is bad today / my back is sore / lower back is stiff /
    sciatica down the left leg / pain in my left leg / my leg hurts / my left foot tingles a bit /
    my foot is numb / the bottom of my foot is numb / my toe is numb / my knee gave me trouble /
    I walk with a limp / limping today / could not sleep / couldn't sleep at all / I slept badly /
    slept like a baby / I woke up at 3 / I could not wake up early / woke up with a headache /
    I was tired / so tired / a bit sleepy after lunch / feeling fine / feeling better / not great /
    same as yesterday / worse than yesterday / the pain is worse / pain is worse when I sit / bad day /
    rough night / good day / I feel sad / I feel low today / a bit anxious / stressed about work /
    angry at my boss / I was crying yesterday / I miss my dog / lonely / thank you / thanks, that helped /
    the breathing helped / slow breathing helped / I was breathing slowly as you said /
    I like the breathing exercise / body scan was nice / I fell asleep during the body scan /
    fell asleep on the couch / I fell behind with my practice / too many questions / too much text /
    this takes too much time / it takes too long / took too long / took too much time /
    there are too many steps / I did too much yesterday / I overdid it in the garden / overdone it a bit /
    did too much housework / I walked too much / ran out of milk / ran out of time / ran out of patience /
    running out of time today / ran out of the house / I ran to the shop / cash withdrawal at the bank /
    my phone died / battery died / phone was dead / dead battery / odd / that's odd /
    that is an odd question / odd number / i want to diet / I want to go on a diet / I want to go out /
    I don't want to go out / I don't want to do this now / do not want to wake my wife /
    I don't want to wake him / I don't want to be late / I live alone / I live in Boston /
    I live with my son / living room / I love my life / life is good / the end / end of the day /
    at the end of the week / weekend was fine / I hung the laundry / hanging pictures /
    jumped in the shower / I shot some photos / cut the grass / cut myself shaving /
    cut my finger cooking / I hurt myself lifting a box / hurt my back lifting / hurt my shoulder /
    burned the toast / burnt my hand on the stove / killed some time /
    killing time before my appointment / kill two birds with one stone / I went to the pharmacy /
    picked up my prescription / the pharmacy called / my doctor called /
    I have a doctor's appointment tomorrow / the nurse was kind / physio at 3 /
    I have physical therapy today / constipated again / I'm constipated / can't poop / itchy skin /
    a bit nauseous / dry mouth / headache / dizzy when I stand up / I ate too much / had too much coffee /
    too much coffee / drank some water / a glass of water with my pill / had tea /
    I am drinking more water / my wife is pregnant / my daughter had a baby shower /
    my son passed his driving test / I gave up smoking / gave up sugar / it was a dead end /
    traffic jam on the bridge / walked over the bridge / I drove to the store / I took the train /
    took the bus into town / waiting for the bus / working from home / I work in the hospital kitchen /
    what is a mindful pause? / what does urge mean / what do you mean by average /
    how do I change the time / how do I change my time zone / can I change my answer / wrong button /
    I pressed the wrong button / it should be 6 not 7 / sorry, I meant 4 /
    how many pills did I log today? / what medicine did I log / oxycodone 5 mg /
    oxycodone 10 mg four times a day / fentanyl patch 25 mcg / morphine ER 30 mg twice a day /
    tramadol 50 / 10 mg od / two in the morning and one at night / 1 tablet every 6 hours /
    every 4 hours / as needed / 30 minutes of walking / practiced for 30 minutes / I did 20 minutes /
    10 minutes body scan / hello / hi / good morning / good night / bye / goodbye / see you tomorrow / 😀 /
    👍 / ... / ? / help / who reads this? / is anyone there / are you a robot / are you a real person /
    you are a bot / that was helpful / not helpful / this is boring / I'm bored / I am so done today /
    happy birthday / Merry Christmas / grandkids are visiting / watched tv / I made soup /
    washing dishes / walked the dog / the weather is awful / it is raining /
    my hands were blue with cold paint / blue sky / painted the wall blue / green tea /
    The pain woke me up at 4 and I could not get back to sleep /
    I did the exercise while lying on the bed / My legs are tired from the walk / legs feel heavy today /
    my left leg feels weak after the walk / left leg pain and tingling in my toes /
    Physio said my back is getting stronger / Doctor wants an MRI next week /
    Saw my doctor, he renewed my prescription / Waiting for the pharmacy to open /
    picked up my meds from the pharmacy / got my refill today / My wife helped me get up /
    I sat in traffic for an hour / hard to get out of bed / hard to concentrate / hard to sit still /
    trouble sleeping / trouble getting comfortable / trouble with my phone / problem with the app /
    I can't find the button / I can't open the picture / can't sleep / I can't bend down /
    can't stand for long / I can't walk far / cannot sit for long / I couldn't do the exercise /
    I did not do my practice / I didn't take anything / I haven't taken it yet /
    I have not taken it today / I took it before you asked / already took it / took it early /
    I took it with food / took it after the pause / Took the tablet, then rested /
    I wanted to take it but waited / I decided to wait / I don't need it / I'd like to take it now /
    can I take my dose now / Take my dose now / is it ok to take it with food? /
    can I take it with paracetamol / I take two in the morning / I take 4 a day /
    I use a patch, changed every 3 days / the patch fell off / my patch came off in the shower /
    patch is itchy / I get constipated from it / I feel foggy / a bit dizzy / mouth is dry /
    I feel calmer / calm now / my breathing slowed down / breathing is easier / breathing exercise done /
    I like breathing slowly / I was breathing and counting / breathing in and out ten times /
    I took ten breaths / took 10 deep breaths / did ten minutes / walked 10 minutes /
    stretched for 15 minutes / pain went from 8 to 5 / it went down to 4 / urge is 3 / urge is gone /
    pain is gone for now / the urge passed / time passed quickly / it passed / I passed my test /
    my friend visited / went out with my friend / my son is 12 / she called me yesterday /
    he made dinner / they came to visit / my mother is coming tomorrow / I will see my father on sunday /
    I'm going on holiday / going to the cinema tonight / going to bed now / going to rest / want to rest /
    want to stop now / I want to stop this exercise / stop the exercise / stop asking me /
    end the session / end this please / I want to end this exercise / can we end it here /
    how long is this / how many more questions / how many days are left / how do I stop /
    how does this work / why do you ask / what now / next / go on / continue / again / repeat that /
    I made a mistake / by mistake I pressed 9 / pressed yes by mistake / delete my last answer /
    I want to change my answer / change time to 8 / move it to tomorrow / tomorrow is better / not today /
    maybe tomorrow / I'm busy / in a meeting / at work / driving now / I'm on the bus / on the train /
    I'm at the dentist / at the shop / at church / in the garden / in bed / in the bath / on the sofa /
    my back is stiff in the morning / stabbing pain in my lower back / shooting pain down my leg /
    burning pain in my foot / throbbing / aching all over / sharp pain / dull ache / cramp in my calf /
    spasm in my back / muscle spasms / pins and needles in my foot / my hip hurts / neck pain /
    hot bath helped / heating pad helped / ice helped / rain makes it worse / sitting makes it worse /
    cold weather makes my back worse / stairs are hard / lifting makes the pain worse /
    hurts more than usual / more pain than usual / more tired than normal / I did more than I should /
    I walked more than usual / it hurts when I cough / it hurts to breathe deeply / I had a good night /
    had a bad dream / I had a nightmare / I feel guilty / I feel ashamed / feeling down /
    I feel alone sometimes / feeling nervous / worried about money / worried about my surgery /
    my dog is sick / my cat sleeps on me / I lost my keys / lost my phone / I lost my job / lost count /
    I lost track of time / left my pills at home / dropped a pill / I have 20 pills left / 10 pills left /
    picked up 90 tablets / the bottle says 4 times a day / the bottle is in the kitchen /
    I finished the body scan / finished / I finished my book / I am alive and well / still alive /
    living my best life / life goes on / what a life / take care / have a nice day / sleep well /
    thanks a lot / you are welcome / you helped me / this is nice / this helps / this doesn't help /
    this is silly / I hate this question / I hate mornings / I hate taking pills /
    I am sick of these questions / tired of the pain / tired of this / fed up / so annoyed / I am angry /
    I can't stand the noise / I can't believe it / I can't wait / I can't remember / I can't tell /
    can't say / could be worse / it could be better / not bad / nothing new / none / no change / nothing /
    nothing else
"""

# a saying beside a real call for help hides nothing
SAYING_AND_MORE = {
    "my back is killing me and I want to die": "suicidal_thoughts",
    "dead tired and I took too many pills": "overdose",
    "I could die of embarrassment. I wet myself": "back_red_flags",
    "This is killing me, I'm going to kill myself": "suicide_now",
    "bored to death, ran out of my meds": "ran_out",
    "I could kill for a coffee but i cant pee": "back_red_flags",
    "ran out of milk and ran out of pills": "ran_out",
    "I want to die of embarrassment, I really want to die": "suicidal_thoughts",
    "I cut myself shaving and I've been cutting myself": "self_harm",
    "dying for a nap, cant stay awake": "sedation",
}
